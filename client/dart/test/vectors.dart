import 'dart:convert';
import 'dart:io';

import 'package:http/http.dart' as http;

import 'fake_server.dart';

/// `dart test` runs in the package's folder.
const String _folder = '../../test/vectors';

/// A recorded answer of the service or its store: `test/vectors` of the
/// project, which the tests of the web client use, too.
class Vector {
  const Vector(this.status, this.headers, this._body);

  final int status;
  final Map<String, String> headers;
  final Object? _body;

  /// The body, if it is JSON.
  Map<String, Object?> get body => _objectOf(_body);

  /// Gives this answer.
  Reply get reply {
    final Object? body = _body;
    if (body is Map<String, Object?>) return json(status, body);
    final String text = body is String ? body : '';
    return (Seen _) => http.Response(text, status, headers: headers);
  }
}

/// Returns the vector with that name.
Vector readVector(String name) {
  final Map<String, Object?> answer =
      objectIn(readData('$name.json'), 'answer');
  final Object? status = answer['status'];
  if (status is! int) throw FormatException('$name has no status');
  return Vector(
    status,
    objectIn(answer, 'headers').cast<String, String>(),
    answer['body'],
  );
}

/// Returns the names of all vectors that start with [prefix].
List<String> vectorNames(String prefix) {
  final List<String> names = <String>[];
  for (final FileSystemEntity entity in Directory(_folder).listSync()) {
    final String file = entity.uri.pathSegments.last;
    if (file.startsWith(prefix) && file.endsWith('.json')) {
      names.add(file.substring(0, file.length - '.json'.length));
    }
  }
  names.sort();
  return names;
}

/// Returns the content of a file of the folder.
Map<String, Object?> readData(String file) =>
    _objectOf(jsonDecode(File('$_folder/$file').readAsStringSync()));

/// Returns the object under [name].
Map<String, Object?> objectIn(Map<String, Object?> json, String name) =>
    _objectOf(json[name]);

/// Returns the objects in the list under [name].
List<Map<String, Object?>> objectsIn(Map<String, Object?> json, String name) {
  final Object? value = json[name];
  if (value is List<Object?>) return value.cast<Map<String, Object?>>();
  throw FormatException('There is no list "$name"');
}

/// Returns the integer under [name].
int intIn(Map<String, Object?> json, String name) {
  final Object? value = json[name];
  if (value is int) return value;
  throw FormatException('There is no integer "$name"');
}

Map<String, Object?> _objectOf(Object? value) {
  if (value is Map<String, Object?>) return value;
  throw const FormatException('This is not an object');
}
