import 'dart:convert';

import 'upload_state.dart';

/// Where the states of multipart uploads are kept, so that they continue after
/// the app was closed: `shared_preferences`, a file, a database.
abstract interface class ResumeStorage {
  /// Returns `null` if there is nothing under the key.
  Future<String?> read(String key);

  Future<void> write(String key, String value);

  /// Does nothing if there is nothing under the key.
  Future<void> remove(String key);
}

/// Keeps states in memory, as long as the app runs.
class MemoryResumeStorage implements ResumeStorage {
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

/// The saved state of one upload. Nothing is saved if [key] is `null`.
class SavedState {
  SavedState(this._storage, this.key);

  final ResumeStorage _storage;
  final String? key;
  Future<void> _writing = Future<void>.value();

  /// Returns `null` if there is no state, or one that cannot be read.
  Future<UploadState?> load() async {
    final String? key = this.key;
    if (key == null) return null;
    final String? text = await _storage.read(key);
    if (text == null) return null;
    try {
      final Object? json = jsonDecode(text);
      if (json is Map<String, Object?>) return UploadState.fromJson(json);
    } on FormatException {
      return null;
    }
    return null;
  }

  /// Saves the state. Writes in turn, so that the newest state stays.
  Future<void> save(UploadState state) {
    final String? key = this.key;
    if (key == null) return Future<void>.value();
    final String text = jsonEncode(state.toJson());
    _writing = _writing.then((void _) => _storage.write(key, text));
    return _writing;
  }

  Future<void> remove() async {
    final String? key = this.key;
    if (key != null) await _storage.remove(key);
  }
}
