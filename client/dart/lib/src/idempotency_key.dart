import 'dart:math';

/// Returns a new value of the header `Idempotency-Key`: a random UUID (RFC
/// 9562, version 4) in quotes. Use `Random.secure()`: a key that is used twice
/// returns the upload of another file.
String createIdempotencyKey(Random random) {
  final List<int> bytes = <int>[
    for (int index = 0; index < 16; index += 1) random.nextInt(256),
  ];
  bytes[6] = 0x40 | (bytes[6] & 0x0f);
  bytes[8] = 0x80 | (bytes[8] & 0x3f);
  final String digits =
      bytes.map((int byte) => byte.toRadixString(16).padLeft(2, '0')).join();
  final String uuid = <String>[
    digits.substring(0, 8),
    digits.substring(8, 12),
    digits.substring(12, 16),
    digits.substring(16, 20),
    digits.substring(20),
  ].join('-');
  return '"$uuid"';
}
