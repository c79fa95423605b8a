// The web has no files of dart:io.
