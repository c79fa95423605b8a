import 'dart:convert';
import 'dart:io';

import 'package:edge_presigner/src/content_type.dart';
import 'package:edge_presigner/src/nfc.dart';
import 'package:test/test.dart';

void main() {
  test('names are composed as NFC says', () {
    const Map<String, String> names = <String, String>{
      'plain.txt': 'plain.txt',
      '\u1112\u1161\u11ab\u1100\u1173\u11af.png': '\ud55c\uae00.png',
      'Vie\u0302\u0323t e\u0323\u0302': 'Vi\u00ea\u0323t \u1ec7',
      '\u30cf\u309a\u30f3': '\u30d1\u30f3',
      '\u0438\u0306': '\u0439',
      '\ud83d\ude00e\u0301': '\ud83d\ude00\u00e9',
    };
    for (final MapEntry<String, String> name in names.entries) {
      expect(toNfc(name.key), name.value);
      expect(toNfc(name.value), name.value);
    }
  });

  test('a type is found by the extension, in any case', () {
    expect(contentTypeOf(null, 'IMG_1.HEIC'), 'image/heic');
    expect(contentTypeOf('', 'a.tar.gz'), 'application/gzip');
    expect(contentTypeOf('', 'README'), 'application/octet-stream');
    expect(contentTypeOf('IMAGE/PNG', 'a.txt'), 'image/png');
  });

  test('the table of pairs is plain ASCII', () {
    final String text = File('lib/src/nfc_data.dart').readAsStringSync();
    expect(utf8.encode(text).length, text.length);
  });
}
