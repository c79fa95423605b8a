import 'dart:async';

import 'read_json.dart';
import 'ticket.dart';

/// The tickets of parts that can be used now. One request at a time asks for
/// more, for all who wait.
class PartTickets {
  PartTickets({required this.sign, required this.now});

  /// Asks for the tickets of these parts.
  final Future<List<Ticket>> Function(List<int> partNumbers) sign;
  final DateTime Function() now;

  final Map<int, Ticket> _tickets = <int, Ticket>{};
  final Map<int, DateTime> _staleFrom = <int, DateTime>{};
  Future<void>? _signing;

  /// They are taken for stale a little before they expire: the clock is the
  /// device's own, but what is counted with it is only how long ago they came.
  void keep(List<Ticket> tickets) {
    for (final Ticket ticket in tickets) {
      final int? partNumber = ticket.partNumber;
      if (partNumber == null) continue;
      _tickets[partNumber] = ticket;
      _staleFrom[partNumber] = now().add(ticket.expiresIn * 0.8);
    }
  }

  /// The store refused it.
  void drop(int partNumber) {
    _tickets.remove(partNumber);
  }

  /// The ticket of one part. Where it has to be asked for, those of [next] are
  /// asked for with it.
  Future<Ticket> take(int partNumber, List<int> next) async {
    while (true) {
      final Ticket? ticket = _tickets[partNumber];
      if (ticket != null && !_isStale(partNumber)) return ticket;
      final Future<void>? signing = _signing;
      if (signing != null) {
        await signing;
        continue;
      }
      return _ask(partNumber, next);
    }
  }

  Future<Ticket> _ask(int partNumber, List<int> next) async {
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
      throw unexpected('has other parts than were asked for');
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
