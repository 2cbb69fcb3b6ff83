/// Folds Latin letters with diacritics to ASCII, for e-mail addresses.
///
/// A table of its own: what Foundation folds differs from version to version, and a seed must give the same
/// rows everywhere.
enum LatinFolding {
  /// `text` in lower-case ASCII; blanks and apostrophes go, hyphens stay.
  static func ascii(of text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "A"..."Z", "a"..."z", "-": result += String(scalar).lowercased()
      case " ", "'", "ʻ", "\u{300}"..."\u{36F}": continue
      default: result += table[scalar] ?? ""
      }
    }
    return result
  }

  /// Whether every letter of `text` is known.
  static func covers(_ text: String) -> Bool {
    text.unicodeScalars.allSatisfy {
      $0.isASCII || table[$0] != nil || $0 == "ʻ" || ("\u{300}"..."\u{36F}").contains($0)
    }
  }

  private static let table: [Unicode.Scalar: String] = {
    var table: [Unicode.Scalar: String] = [:]
    for line in letters.split(separator: "\n") {
      let parts = line.split(separator: " ")
      for scalar in parts[1].unicodeScalars { table[scalar] = String(parts[0]) }
    }
    return table
  }()

  private static let letters = """
    a àáâãåāăąạảấầẩẫậắằẳẵặǎÀÁÂÃÅĀĂĄ
    ae äæÄÆ
    b ƀ
    c çćčĉÇĆČ
    d đďĐĎð
    e èéêëēėęěẹẻẽếềểễệəÈÉÊËĒĖĘĚƏ
    g ğģĞĢ
    h ħ
    i ìíîïīįıỉịĩÌÍÎÏĪİ
    k ķĶ
    l łļľĺŁĻĽ
    n ñńňņÑŃŇŅ
    o òóôõōőơọỏốồổỗộớờởỡợÒÓÔÕŌŐƠỌ
    oe öøœÖØŒ
    r řŕŘ
    s šśşșṣŠŚŞȘ
    ss ß
    t ťțţŤȚŢ
    th þÞ
    u ùúûũūůűųưụủứừửữựÙÚÛŪŮŰŲƯ
    ue üÜ
    w ŵ
    y ýÿỳỵỷỹÝ
    z źżžŹŻŽ
    """
}
