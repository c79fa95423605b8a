import 'package:http/http.dart' as http;

import 'back_off.dart';
import 'connections.dart';
import 'pause_gate.dart';
import 'read_bytes.dart';
import 'read_json.dart';
import 'service.dart';
import 'stop_signal.dart';
import 'upload_exception.dart';
import 'upload_file.dart';
import 'upload_options.dart';

/// What every step of one upload needs.
class UploadContext {
  UploadContext({
    required this.service,
    required this.file,
    required this.options,
    required this.stop,
    required this.gate,
    required this.connections,
    required this.now,
    required this.report,
  });

  final Service service;
  final UploadFile file;
  final UploadOptions options;
  final StopSignal stop;
  final PauseGate gate;
  final Connections connections;
  final DateTime Function() now;
  final void Function(int sentBytes) report;

  bool _isHeld = false;

  BackOff get backOff => service.backOff;

  http.Client get client => service.client;

  int get size => file.size;

  Json get request => options.toRequest(
        size: size,
        name: file.name,
        platformType: file.contentType,
      );

  FileSlice slice(int start, int end) => FileSlice(file.openRead, start, end);

  /// Waits until the upload is not paused and a connection is free, and keeps
  /// the connection for the next [transfer]. A ticket that is requested now
  /// does not wait.
  Future<void> hold() async {
    while (!_isHeld) {
      final StopSignal attempt = StopSignal()..follow(stop.whenStopped);
      await gate.pass<void>((Future<void> whenPaused) async {
        attempt.follow(whenPaused);
        await _unlessPaused(() async {
          await connections.take(attempt);
          _isHeld = true;
        });
      }, stop);
    }
  }

  void letGo() {
    if (_isHeld) connections.give();
    _isHeld = false;
  }

  /// Runs [put] on a connection. A pause stops it, unless it is nearly done,
  /// and then it starts over.
  Future<T> transfer<T>(
    Future<T> Function(StopSignal attempt) put,
    StopSignal stop, {
    required bool Function() isNearlyDone,
  }) async {
    while (true) {
      if (gate.isPaused) letGo();
      bool isInterrupted = false;
      final StopSignal attempt = StopSignal()..follow(stop.whenStopped);
      try {
        return await gate.pass<T>((Future<void> whenPaused) async {
          whenPaused.then<void>((void _) {
            isInterrupted = !isNearlyDone();
            if (isInterrupted) attempt.stop();
          }).ignore();
          if (!_isHeld) await connections.take(attempt);
          _isHeld = false;
          try {
            return await put(attempt);
          } finally {
            connections.give();
          }
        }, stop);
      } on UploadException catch (error) {
        final bool isPaused =
            error.code == UploadCode.cancelled && isInterrupted;
        if (!isPaused || stop.isStopped) rethrow;
      }
    }
  }

  /// Runs what a pause does not stop, as soon as nothing is paused.
  Future<T> step<T>(Future<T> Function() work) =>
      gate.pass<T>((Future<void> _) => work(), stop);

  Future<void> _unlessPaused(Future<void> Function() work) async {
    try {
      await work();
    } on UploadException {
      stop.check();
    }
  }
}
