import 'package:flutter/material.dart';
import 'package:flutter_localizations/flutter_localizations.dart';

import 'messages.dart';
import 'upload_screen.dart';

void main() => runApp(const ExampleApp());

class ExampleApp extends StatelessWidget {
  const ExampleApp({super.key});

  @override
  Widget build(BuildContext context) {
    return MaterialApp(
      onGenerateTitle: (BuildContext context) => Messages.of(context).title,
      localizationsDelegates: GlobalMaterialLocalizations.delegates,
      supportedLocales: const <Locale>[Locale('en'), Locale('ko')],
      theme: _theme(Brightness.light),
      darkTheme: _theme(Brightness.dark),
      home: const UploadScreen(),
    );
  }
}

ThemeData _theme(Brightness brightness) => ThemeData(
      colorScheme: ColorScheme.fromSeed(
        seedColor: Colors.indigo,
        brightness: brightness,
      ),
    );
