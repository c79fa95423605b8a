import 'package:edge_presigner/edge_presigner.dart';
import 'package:flutter/widgets.dart';

/// The texts of the screen, in the language of the device.
class Messages {
  const Messages._({
    required this.title,
    required this.choose,
    required this.cancel,
    required this.pause,
    required this.resume,
    required this.waiting,
    required this.stored,
    required this.picture,
    required this.tooLarge,
    required this.wrongType,
    required this.signIn,
    required this.offline,
    required this.later,
    required this.cancelled,
    required this.unreadable,
    required this.other,
  });

  static Messages of(BuildContext context) {
    final Locale locale = Localizations.localeOf(context);
    return locale.languageCode == 'ko' ? _korean : _english;
  }

  final String title;
  final String choose;
  final String cancel;
  final String pause;
  final String resume;
  final String waiting;
  final String stored;
  final String picture;
  final String Function(String megabytes) tooLarge;
  final String wrongType;
  final String signIn;
  final String offline;
  final String Function(int seconds) later;
  final String cancelled;
  final String unreadable;
  final String Function(String code) other;

  /// Returns what happened and what to do, for the user.
  String failure(UploadException error) {
    switch (error.code) {
      case UploadCode.tooLarge:
        final int limit = error.limit ?? 0;
        return tooLarge((limit / 1000000).toStringAsFixed(0));
      case UploadCode.typeNotAllowed:
        return wrongType;
      case UploadCode.unauthenticated:
      case UploadCode.forbidden:
        return signIn;
      case UploadCode.network:
      case UploadCode.storeUnavailable:
        return offline;
      case UploadCode.rateLimited:
      case UploadCode.quotaExceeded:
      case UploadCode.ledgerUnavailable:
        return later(error.retryAfter?.inSeconds ?? 60);
      case UploadCode.cancelled:
        return cancelled;
      case UploadCode.fileUnreadable:
        return unreadable;
      default:
        return other(error.code);
    }
  }
}

final Messages _english = Messages._(
  title: 'Upload a photo',
  choose: 'Choose a photo',
  cancel: 'Cancel',
  pause: 'Pause',
  resume: 'Resume',
  waiting: 'Uploading',
  stored: 'Stored as',
  picture: 'The uploaded photo',
  tooLarge: (String megabytes) =>
      'This photo is too large. Choose one of at most $megabytes MB.',
  wrongType: 'Files of this type cannot be uploaded. Choose a photo.',
  signIn: 'You are signed out. Sign in and try again.',
  offline: 'There is no connection. Try again when you are online.',
  later: (int seconds) =>
      'You have uploaded too much. Try again in $seconds seconds.',
  cancelled: 'Cancelled. Nothing was stored.',
  unreadable: 'The photo cannot be read. Choose it again.',
  other: (String code) => 'The upload failed ($code). Try again later.',
);

final Messages _korean = Messages._(
  title: '사진 올리기',
  choose: '사진 고르기',
  cancel: '취소',
  pause: '일시정지',
  resume: '계속',
  waiting: '올리는 중',
  stored: '저장된 이름',
  picture: '올린 사진',
  tooLarge: (String megabytes) => '사진이 너무 큽니다. $megabytes MB 이하의 사진을 골라 주세요.',
  wrongType: '이 형식의 파일은 올릴 수 없습니다. 사진을 골라 주세요.',
  signIn: '로그인이 필요합니다. 로그인한 뒤 다시 시도해 주세요.',
  offline: '연결이 끊겼습니다. 연결되면 다시 시도해 주세요.',
  later: (int seconds) => '너무 많이 올렸습니다. $seconds초 뒤에 다시 시도해 주세요.',
  cancelled: '취소했습니다. 저장된 파일은 없습니다.',
  unreadable: '사진을 읽을 수 없습니다. 다시 골라 주세요.',
  other: (String code) => '올리지 못했습니다($code). 잠시 뒤에 다시 시도해 주세요.',
);
