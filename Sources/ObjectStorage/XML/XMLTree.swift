/// A small answer as a tree: an error, a setting, a set of credentials.
package struct XMLElement: Sendable, Equatable {
  package var name: String
  package var text = ""
  package var children: [XMLElement] = []

  /// Reads a whole document.
  ///
  /// - Throws: `XMLFailure`.
  package init(_ bytes: [UInt8]) throws(XMLFailure) {
    var reader = XMLReader(bytes)
    var open: [XMLElement] = []
    while let event = try reader.next() {
      switch event {
      case .start(let name): open.append(XMLElement(name: name))
      case .text(let text):
        if !open.isEmpty { open[open.count - 1].text += text }
      case .end:
        // The reader pairs its events, and ends after the root's end.
        guard let element = open.popLast() else { break }
        if open.isEmpty {
          while try reader.next() != nil {}
          self = element
          return
        }
        open[open.count - 1].children.append(element)
      }
    }
    throw XMLFailure(reason: "no element", offset: 0)
  }

  private init(name: String) { self.name = name }

  /// The first child of this name.
  package func child(_ name: String) -> XMLElement? { children.first { $0.name == name } }

  /// The text of the element at the end of a path of names; nil where there is none.
  package func text(_ path: String...) -> String? {
    var element = self
    for name in path {
      guard let child = element.child(name) else { return nil }
      element = child
    }
    return element.text
  }
}
