import 'read_json.dart';

/// One request that was signed: it is sent as it is.
class Ticket {
  const Ticket({
    required this.method,
    required this.url,
    required this.headers,
    required this.expiresIn,
    this.partNumber,
  });

  factory Ticket.fromJson(Json json) => Ticket(
        method: readText(json, 'method'),
        url: readUrl(json, 'url'),
        headers: readTexts(json, 'headers'),
        expiresIn: Duration(seconds: readInt(json, 'expiresIn')),
        partNumber: readIntOrNull(json, 'partNumber'),
      );

  final String method;
  final Uri url;

  /// Exactly these, byte for byte, and no other.
  final Map<String, String> headers;

  /// From the moment of the answer: the request has to begin within it.
  final Duration expiresIn;

  /// Of a part, from 1.
  final int? partNumber;
}

/// How many tickets the service gives at once.
const int signedAtOnce = 25;

/// How a file is cut, by the service.
class Parts {
  const Parts({
    required this.partSize,
    required this.partCount,
    required this.tickets,
  });

  factory Parts.fromJson(Json json) => Parts(
        partSize: readInt(json, 'partSize'),
        partCount: readInt(json, 'partCount'),
        tickets: readTickets(json),
      );

  /// In bytes, of every part but the last one, which has the rest.
  final int partSize;
  final int partCount;

  /// Of the first parts, or of all.
  final List<Ticket> tickets;
}

/// The tickets in `parts`.
List<Ticket> readTickets(Json json) => <Ticket>[
      for (final Json part in readObjects(json, 'parts')) Ticket.fromJson(part),
    ];

/// The answer of `POST /v1/uploads`: one ticket, or parts.
class GrantedUpload {
  const GrantedUpload({
    required this.id,
    required this.key,
    required this.ticket,
    required this.parts,
  });

  factory GrantedUpload.fromJson(Json json) {
    final bool isInParts = json['multipart'] != null;
    return GrantedUpload(
      id: readText(json, 'id'),
      key: readText(json, 'key'),
      ticket: isInParts ? null : Ticket.fromJson(json),
      parts: isInParts ? Parts.fromJson(readObject(json, 'multipart')) : null,
    );
  }

  final String id;
  final String key;

  /// For one PUT.
  final Ticket? ticket;

  /// In place of [ticket].
  final Parts? parts;
}
