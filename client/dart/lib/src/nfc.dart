import 'nfc_data.dart';

const int _firstMark = 0x300;
const int _firstLead = 0x1100;
const int _firstVowel = 0x1161;
const int _beforeTail = 0x11a7;
const int _firstSyllable = 0xac00;
const int _leads = 19;
const int _vowels = 21;
const int _tails = 28;

/// Returns a file name with its characters composed, as the service wants it
/// (Unicode form NFC): macOS and iOS give names that are decomposed (NFD).
///
/// It expects marks in the order of NFD, and does not replace the few
/// characters that NFC replaces by others, such as the Kelvin sign.
String toNfc(String text) {
  if (text.codeUnits.every((int unit) => unit < _firstMark)) return text;
  final StringBuffer composed = StringBuffer();
  int? last;
  for (final int next in text.runes) {
    final int? both = last == null ? null : _compose(last, next);
    if (both == null && last != null) composed.writeCharCode(last);
    last = both ?? next;
  }
  if (last != null) composed.writeCharCode(last);
  return composed.toString();
}

int? _compose(int first, int second) =>
    _composeHangul(first, second) ?? _pairs[first * 0x10000 + second];

/// Hangul is composed by arithmetic (Unicode, section 3.12).
int? _composeHangul(int first, int second) {
  final int lead = first - _firstLead;
  final int vowel = second - _firstVowel;
  if (lead >= 0 && lead < _leads && vowel >= 0 && vowel < _vowels) {
    return _firstSyllable + (lead * _vowels + vowel) * _tails;
  }
  final int syllable = first - _firstSyllable;
  final int tail = second - _beforeTail;
  final bool isOpen = syllable >= 0 &&
      syllable < _leads * _vowels * _tails &&
      syllable % _tails == 0;
  return isOpen && tail > 0 && tail < _tails ? first + tail : null;
}

final Map<int, int> _pairs = <int, int>{
  for (int at = 0; at < nfcPairs.length; at += 12)
    int.parse(nfcPairs.substring(at, at + 8), radix: 16):
        int.parse(nfcPairs.substring(at + 8, at + 12), radix: 16),
};
