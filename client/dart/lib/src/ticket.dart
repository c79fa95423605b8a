import 'read_json.dart';

/// A presigned request. It is sent exactly as it is.
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

  /// Send exactly these headers, and no others.
  final Map<String, String> headers;

  /// Counts from the answer. The request has to start before it is over.
  final Duration expiresIn;

  /// The number of the part, from 1; `null` for a single-part upload.
  final int? partNumber;
}

/// How many part tickets the service gives in one answer.
const int maxPartsPerRequest = 25;

/// How the service splits a file into parts, and their tickets.
class MultipartTicket {
  const MultipartTicket({
    required this.partSize,
    required this.partCount,
    required this.tickets,
  });

  factory MultipartTicket.fromJson(Json json) => MultipartTicket(
        partSize: readInt(json, 'partSize'),
        partCount: readInt(json, 'partCount'),
        tickets: readTickets(json),
      );

  /// In bytes. The last part has the rest.
  final int partSize;
  final int partCount;

  /// The tickets of the first parts, or of all.
  final List<Ticket> tickets;
}

/// Returns the tickets in `parts`.
List<Ticket> readTickets(Json json) => <Ticket>[
      for (final Json part in readObjects(json, 'parts')) Ticket.fromJson(part),
    ];

/// The answer of `POST /v1/uploads`: a single-part or a multipart upload.
class CreatedUpload {
  const CreatedUpload({
    required this.id,
    required this.key,
    required this.ticket,
    required this.multipart,
  });

  factory CreatedUpload.fromJson(Json json) {
    final bool isMultipart = json['multipart'] != null;
    return CreatedUpload(
      id: readText(json, 'id'),
      key: readText(json, 'key'),
      ticket: isMultipart ? null : Ticket.fromJson(json),
      multipart: isMultipart
          ? MultipartTicket.fromJson(readObject(json, 'multipart'))
          : null,
    );
  }

  final String id;
  final String key;

  /// The ticket of a single-part upload.
  final Ticket? ticket;

  /// The tickets of a multipart upload.
  final MultipartTicket? multipart;
}
