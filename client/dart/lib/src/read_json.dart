import 'dart:convert';
import 'dart:typed_data';

import 'upload_exception.dart';

/// An object of JSON.
typedef Json = Map<String, Object?>;

/// Throws `unexpected-answer` for what is no object of JSON in UTF-8.
Json parseJson(Uint8List bytes) {
  try {
    final Object? value = jsonDecode(utf8.decode(bytes));
    if (value is Json) return value;
  } on FormatException catch (error) {
    throw unexpected('is no JSON', error);
  }
  throw unexpected('is no object');
}

/// A text that has to be there.
String readText(Json json, String name) {
  final Object? value = json[name];
  if (value is String) return value;
  throw unexpected('has no text "$name"');
}

/// A text, or nothing.
String? readTextOrNull(Json json, String name) {
  final Object? value = json[name];
  return value is String ? value : null;
}

/// A whole number that has to be there.
int readInt(Json json, String name) {
  final Object? value = json[name];
  if (value is int) return value;
  throw unexpected('has no whole number "$name"');
}

/// A whole number, or nothing.
int? readIntOrNull(Json json, String name) {
  final Object? value = json[name];
  return value is int ? value : null;
}

/// An object that has to be there.
Json readObject(Json json, String name) {
  final Object? value = json[name];
  if (value is Json) return value;
  throw unexpected('has no object "$name"');
}

/// A list of objects that has to be there.
List<Json> readObjects(Json json, String name) {
  final Object? value = json[name];
  if (value is! List<Object?>) throw unexpected('has no list "$name"');
  final List<Json> objects = <Json>[];
  for (final Object? item in value) {
    if (item is! Json) throw unexpected('has something else in "$name"');
    objects.add(item);
  }
  return objects;
}

/// Names and texts; without any where there is nothing.
Map<String, String> readTexts(Json json, String name) {
  final Object? value = json[name];
  final Map<String, String> texts = <String, String>{};
  if (value is! Json) return texts;
  for (final MapEntry<String, Object?> entry in value.entries) {
    final Object? text = entry.value;
    if (text is! String) throw unexpected('has no text "${entry.key}"');
    texts[entry.key] = text;
  }
  return texts;
}

/// An absolute URL that has to be there.
Uri readUrl(Json json, String name) {
  final Uri? url = Uri.tryParse(readText(json, name));
  if (url != null && url.hasAuthority) return url;
  throw unexpected('has no URL "$name"');
}

/// RFC 3339, in UTC.
DateTime readTime(Json json, String name) {
  final DateTime? time = DateTime.tryParse(readText(json, name));
  if (time != null) return time;
  throw unexpected('has no time "$name"');
}

/// The error for an answer that is not as the protocol says.
UploadException unexpected(String what, [Object? cause]) => UploadException(
      UploadCode.unexpectedAnswer,
      'The answer $what: is the endpoint an edge-presigner?',
      cause: cause,
    );
