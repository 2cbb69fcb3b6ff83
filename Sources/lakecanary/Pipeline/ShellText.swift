/// Text in a line that people copy to a shell.
enum ShellText {
  /// A word: as it is where it has no character of the shell's, and quoted otherwise.
  static func quoted(_ word: String) -> String {
    let isPlain =
      !word.isEmpty
      && word.unicodeScalars.allSatisfy { scalar in
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", "/", ":", ".", "_", "-", "=", "+", ",", "@", "%": true
        default: false
        }
      }
    // By scalars: a quote that a combining mark follows is one character with it, and a quote all the same.
    return isPlain ? word : "'" + word.unicodeScalars.map { $0 == "'" ? "'\\''" : "\($0)" }.joined() + "'"
  }
}
