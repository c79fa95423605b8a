import 'dart:convert';

import 'upload_state.dart';

/// Where the states of uploads in parts are kept, so that they go on after the
/// app was closed: `shared_preferences`, a file, a database.
abstract interface class ResumeStore {
  /// `null` where there is nothing under the key.
  Future<String?> read(String key);

  Future<void> write(String key, String value);

  /// Without an error where there is nothing.
  Future<void> remove(String key);
}

/// Keeps them for as long as the app runs.
class MemoryResumeStore implements ResumeStore {
  final Map<String, String> _values = <String, String>{};

  @override
  Future<String?> read(String key) async => _values[key];

  @override
  Future<void> write(String key, String value) async {
    _values[key] = value;
  }

  @override
  Future<void> remove(String key) async {
    _values.remove(key);
  }
}

/// One state in a store, under its name; nowhere where [key] is `null`.
class SavedState {
  SavedState(this._store, this.key);

  final ResumeStore _store;
  final String? key;
  Future<void> _writing = Future<void>.value();

  /// `null` where there is none, or one that cannot be read.
  Future<UploadState?> load() async {
    final String? key = this.key;
    if (key == null) return null;
    final String? text = await _store.read(key);
    if (text == null) return null;
    try {
      final Object? json = jsonDecode(text);
      if (json is Map<String, Object?>) return UploadState.fromJson(json);
    } on FormatException {
      return null;
    }
    return null;
  }

  /// One after the other, so that the newest stays.
  Future<void> save(UploadState state) {
    final String? key = this.key;
    if (key == null) return Future<void>.value();
    final String text = jsonEncode(state.toJson());
    _writing = _writing.then((void _) => _store.write(key, text));
    return _writing;
  }

  Future<void> remove() async {
    final String? key = this.key;
    if (key != null) await _store.remove(key);
  }
}
