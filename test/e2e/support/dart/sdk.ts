/**
 * The names of the Dart SDK, package:http, package:test and Flutter that client/dart uses. Each was
 * looked up in the documentation of the version in pubspec.yaml, because no compiler runs here. The
 * check reports a name that is not in this list: look it up, and then add it.
 */

const words = (text: string) => new Set(text.split(/\s+/).filter((word) => word !== ""));

/** The names of each library. `dart:core` is always imported. */
export const LIBRARIES: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  [
    "dart:core",
    words(`DateTime Duration Error Exception FormatException Future List Map MapEntry Object RegExp
      RegExpMatch Set StackTrace StateError Stream String Uri bool double int override void`),
  ],
  ["dart:async", words("Completer Timer unawaited")],
  ["dart:collection", words("Queue")],
  ["dart:convert", words("jsonDecode jsonEncode utf8")],
  ["dart:io", words("Directory File FileSystemEntity")],
  ["dart:math", words("Random max min")],
  ["dart:typed_data", words("BytesBuilder Uint8List")],
  [
    "package:http/http.dart",
    words(`Abortable AbortableRequest BaseRequest ByteStream Client ClientException Response
      StreamedResponse`),
  ],
  ["package:http/testing.dart", words("MockClient")],
  [
    "package:test/test.dart",
    words(`Matcher contains expect expectLater greaterThanOrEqualTo group hasLength isA isEmpty
      isNotNull isNull isTrue test throwsA throwsFormatException`),
  ],
  [
    "package:flutter/material.dart",
    words(`AppBar Brightness BuildContext ColorScheme Colors Column CrossAxisAlignment EdgeInsets
      FilledButton Icon Icons Image LinearProgressIndicator ListView Locale MaterialApp Padding
      SafeArea Scaffold SelectableText Semantics SizedBox State StatefulWidget StatelessWidget Text
      TextButton TextStyle Theme ThemeData VoidCallback Widget runApp`),
  ],
  ["package:flutter/widgets.dart", words("BuildContext Locale Localizations")],
  [
    "package:flutter_localizations/flutter_localizations.dart",
    words("GlobalMaterialLocalizations"),
  ],
  ["package:image_picker/image_picker.dart", words("ImagePicker ImageSource XFile")],
]);

/** Names after a dot, whatever is before the dot. */
export const MEMBERS: ReadonlySet<string> = words(`
  add addAll all any bodyBytes bytes cancel cast clear colorScheme complete contains containsKey
  containsValue
  contentLength current dark decode delayed delegates difference encode endsWith entries error
  firstMatch fold followRedirects fromBytes fromEnvironment fromList fromSeed future gallery group
  hasAuthority having icon inMilliseconds inSeconds indigo isBefore isCompleted isEmpty isNotEmpty
  keys languageCode last lastIndexOf light listSync localeOf mimeType name network nextInt of only
  parse path pathSegments photo_library_outlined pickImage query queryParameters readAsStringSync
  removeAt removeFirst removeWhere replace replaceAll send single sort startsWith statusCode stream streaming
  sublist sublistView substring take takeBytes then throwWithStackTrace toBytes toIso8601String toList
  toLowerCase toSet toString toStringAsFixed toUtc tryParse uri utc values wait zero
`);

/** Members that classes inherit from `BaseRequest` and `State`. */
export const INHERITED: ReadonlySet<string> = words(
  "contentLength followRedirects mounted setState",
);
