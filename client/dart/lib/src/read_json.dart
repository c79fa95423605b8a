import 'dart:convert';
import 'dart:typed_data';

import 'upload_exception.dart';

/// A JSON object.
typedef Json = Map<String, Object?>;

/// Returns the JSON object in [bytes]. Throws `unexpected-answer` for anything
/// else.
Json parseJson(Uint8List bytes) {
  try {
    final Object? value = jsonDecode(utf8.decode(bytes));
    if (value is Json) return value;
  } on FormatException catch (error) {
    throw unexpectedAnswer('is not JSON', error);
  }
  throw unexpectedAnswer('is not a JSON object');
}

/// Returns a string. Throws `unexpected-answer` if there is none.
String readText(Json json, String name) {
  final Object? value = json[name];
  if (value is String) return value;
  throw unexpectedAnswer('has no string "$name"');
}

/// Returns a string, or `null`.
String? readTextOrNull(Json json, String name) {
  final Object? value = json[name];
  return value is String ? value : null;
}

/// Returns an integer. Throws `unexpected-answer` if there is none.
int readInt(Json json, String name) {
  final Object? value = json[name];
  if (value is int) return value;
  throw unexpectedAnswer('has no integer "$name"');
}

/// Returns an integer, or `null`.
int? readIntOrNull(Json json, String name) {
  final Object? value = json[name];
  return value is int ? value : null;
}

/// Returns an object. Throws `unexpected-answer` if there is none.
Json readObject(Json json, String name) {
  final Object? value = json[name];
  if (value is Json) return value;
  throw unexpectedAnswer('has no object "$name"');
}

/// Returns a list of objects. Throws `unexpected-answer` if there is none.
List<Json> readObjects(Json json, String name) {
  final Object? value = json[name];
  if (value is! List<Object?>) throw unexpectedAnswer('has no list "$name"');
  final List<Json> objects = <Json>[];
  for (final Object? item in value) {
    if (item is! Json) {
      throw unexpectedAnswer('has a list "$name" that is not of objects');
    }
    objects.add(item);
  }
  return objects;
}

/// Returns an object of strings, which is empty if there is none.
Map<String, String> readTexts(Json json, String name) {
  final Object? value = json[name];
  final Map<String, String> texts = <String, String>{};
  if (value is! Json) return texts;
  for (final MapEntry<String, Object?> entry in value.entries) {
    final Object? text = entry.value;
    if (text is! String) throw unexpectedAnswer('has no string "${entry.key}"');
    texts[entry.key] = text;
  }
  return texts;
}

/// Returns an absolute URL. Throws `unexpected-answer` if there is none.
Uri readUrl(Json json, String name) {
  final Uri? url = Uri.tryParse(readText(json, name));
  if (url != null && url.hasAuthority) return url;
  throw unexpectedAnswer('has no URL "$name"');
}

/// Returns a time (RFC 3339). Throws `unexpected-answer` if there is none.
DateTime readTime(Json json, String name) {
  final DateTime? time = DateTime.tryParse(readText(json, name));
  if (time != null) return time;
  throw unexpectedAnswer('has no time "$name"');
}

/// Returns the error for an answer that does not follow the protocol.
UploadException unexpectedAnswer(String what, [Object? cause]) =>
    UploadException(
      UploadCode.unexpectedAnswer,
      'The answer $what: is the endpoint an edge-presigner?',
      cause: cause,
    );
