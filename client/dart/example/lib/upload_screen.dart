import 'package:edge_presigner/edge_presigner.dart';
import 'package:edge_presigner/x_file.dart';
import 'package:flutter/material.dart';
import 'package:image_picker/image_picker.dart';

import 'messages.dart';

/// `flutter run --dart-define=ENDPOINT=… --dart-define=TOKEN=…`. A real app
/// gets its token from its own sign-in.
const String _endpoint = String.fromEnvironment(
  'ENDPOINT',
  defaultValue: 'http://localhost:8787',
);
const String _token = String.fromEnvironment('TOKEN');

/// Picks a photo, uploads it, and shows its key and the stored photo.
class UploadScreen extends StatefulWidget {
  const UploadScreen({super.key});

  @override
  State<UploadScreen> createState() => _UploadScreenState();
}

class _UploadScreenState extends State<UploadScreen> {
  final EdgePresigner _presigner = EdgePresigner(
    endpoint: Uri.parse(_endpoint),
    getToken: () async => _token,
  );
  final ImagePicker _picker = ImagePicker();

  /// Set while a photo is being uploaded.
  UploadTask? _task;
  double? _progress;
  bool _isPaused = false;
  String? _key;
  Uri? _picture;
  UploadException? _failure;

  @override
  void dispose() {
    _presigner.close();
    super.dispose();
  }

  Future<void> _chooseAndUpload() async {
    final XFile? photo = await _picker.pickImage(
      source: ImageSource.gallery,
      requestFullMetadata: false,
    );
    if (photo == null || !mounted) return;
    final UploadTask task = _presigner.upload(
      await photo.toUploadFile(),
      const UploadOptions(policy: 'photo'),
    );
    task.snapshotEvents.listen((UploadSnapshot snapshot) {
      _update(() {
        _progress = snapshot.progress;
        _isPaused = snapshot.state == TaskState.paused;
      });
    });
    _update(() {
      _task = task;
      _key = null;
      _picture = null;
      _failure = null;
    });
    try {
      await _show(await task);
    } on UploadException catch (error) {
      _update(() => _failure = error);
    } finally {
      _update(() => _task = null);
    }
  }

  Future<void> _show(CompletedUpload upload) async {
    _update(() => _key = upload.key);
    final DownloadTicket ticket =
        await _presigner.download(upload.key, policy: upload.policy);
    _update(() => _picture = ticket.url);
  }

  /// Changes the state, unless the screen was closed.
  void _update(VoidCallback change) {
    if (mounted) setState(change);
  }

  Future<void> _pauseOrResume() async {
    await (_isPaused ? _task?.resume() : _task?.pause());
  }

  @override
  Widget build(BuildContext context) {
    final Messages messages = Messages.of(context);
    final bool isSending = _task != null;
    return Scaffold(
      appBar: AppBar(title: Text(messages.title)),
      body: SafeArea(
        child: ListView(
          padding: const EdgeInsets.all(24),
          children: <Widget>[
            FilledButton.icon(
              onPressed: isSending ? null : _chooseAndUpload,
              icon: const Icon(Icons.photo_library_outlined),
              label: Text(messages.choose),
            ),
            const SizedBox(height: 24),
            if (isSending) ..._buildProgress(messages),
            _buildOutcome(context, messages),
            ..._buildPicture(messages),
          ],
        ),
      ),
    );
  }

  List<Widget> _buildProgress(Messages messages) => <Widget>[
        LinearProgressIndicator(
          value: _progress,
          semanticsLabel: messages.waiting,
        ),
        const SizedBox(height: 8),
        Row(
          children: <Widget>[
            TextButton(
              onPressed: _pauseOrResume,
              child: Text(_isPaused ? messages.resume : messages.pause),
            ),
            TextButton(
              onPressed: () => _task?.cancel(),
              child: Text(messages.cancel),
            ),
          ],
        ),
      ];

  /// Shows the result. Screen readers announce it as soon as it changes.
  Widget _buildOutcome(BuildContext context, Messages messages) {
    final UploadException? failure = _failure;
    final String? key = _key;
    final ColorScheme colors = Theme.of(context).colorScheme;
    return Semantics(
      liveRegion: true,
      child: Column(
        crossAxisAlignment: CrossAxisAlignment.start,
        children: <Widget>[
          if (failure != null)
            Text(
              messages.failure(failure),
              style: TextStyle(color: colors.error),
            ),
          if (key != null) Text(messages.stored),
          if (key != null) SelectableText(key),
        ],
      ),
    );
  }

  List<Widget> _buildPicture(Messages messages) {
    final Uri? picture = _picture;
    return <Widget>[
      if (picture != null)
        Padding(
          padding: const EdgeInsets.only(top: 24),
          child: Image.network(
            picture.toString(),
            semanticLabel: messages.picture,
          ),
        ),
    ];
  }
}
