import 'dart:async';

import 'read_json.dart';
import 'ticket.dart';

/// The valid tickets of parts. More are requested in one request at a time, for
/// all parts that wait.
class PartTickets {
  PartTickets({required this.sign, required this.now});

  /// Requests the tickets of these parts.
  final Future<List<Ticket>> Function(List<int> partNumbers) sign;
  final DateTime Function() now;

  final Map<int, Ticket> _tickets = <int, Ticket>{};
  final Map<int, DateTime> _staleFrom = <int, DateTime>{};
  Future<void>? _signing;

  /// Keeps tickets. They count as stale a little before they expire. Only the
  /// time since their arrival counts, so that a wrong clock does no harm.
  void keep(List<Ticket> tickets) {
    for (final Ticket ticket in tickets) {
      final int? partNumber = ticket.partNumber;
      if (partNumber == null) continue;
      _tickets[partNumber] = ticket;
      _staleFrom[partNumber] = now().add(ticket.expiresIn * 0.8);
    }
  }

  /// Drops a ticket that the store refused.
  void drop(int partNumber) {
    _tickets.remove(partNumber);
  }

  /// Returns the ticket of one part. Requests it if there is none, together
  /// with those of [next].
  Future<Ticket> take(int partNumber, List<int> next) async {
    while (true) {
      final Ticket? ticket = _tickets[partNumber];
      if (ticket != null && !_isStale(partNumber)) return ticket;
      final Future<void>? signing = _signing;
      if (signing != null) {
        await signing;
        continue;
      }
      return _requestTickets(partNumber, next);
    }
  }

  Future<Ticket> _requestTickets(int partNumber, List<int> next) async {
    final Completer<void> done = Completer<void>();
    _signing = done.future;
    try {
      keep(
        await sign(<int>[
          partNumber,
          for (final int other in next)
            if (_isStale(other)) other,
        ]),
      );
    } finally {
      _signing = null;
      done.complete();
    }
    final Ticket? ticket = _tickets[partNumber];
    if (ticket == null) {
      throw unexpectedAnswer('has tickets for other parts than requested');
    }
    return ticket;
  }

  bool _isStale(int partNumber) {
    final DateTime? staleFrom = _staleFrom[partNumber];
    return !_tickets.containsKey(partNumber) ||
        staleFrom == null ||
        !now().isBefore(staleFrom);
  }
}
