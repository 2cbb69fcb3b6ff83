import Foundation
import Reporting
import TestSupport
import Testing

/// The page as a browser shows it: headless Chromium, in the widths of a phone and of a desk, light and dark.
@Suite struct BrowserTests {
  private static let browser = "/usr/bin/chromium"
  private static let widths = [360, 1_280]

  /// What the browser measured of a page in a width.
  private struct Measured: Decodable {
    /// The page's name and the width.
    var frame: String
    /// The colour of the paper, as the browser computed it.
    var paper: String
    /// How far it goes beyond the width, in pixels.
    var overflow: Double
    /// Parts that stick out of the window.
    var outside: [String]
    /// Texts whose contrast with what is behind them is below 4.5 (WCAG 2.2, level AA).
    var faint: [String]
    /// Elements that could load or run something.
    var active: Int
    /// What was loaded beside the page itself.
    var loaded: Int
    /// The elements of the page, in their order.
    var sections: [String]
    /// The titles of the charts.
    var charts: [String]
  }

  @Test(arguments: ["light", "dark"]) func everyPageFitsAndCanBeRead(scheme: String) async throws {
    let frames = try await measured(scheme)
    #expect(frames.count == PageFixture.allCases.count * Self.widths.count)
    for frame in frames {
      #expect(frame.overflow == 0, "\(frame.frame)")
      #expect(frame.outside == [], "\(frame.frame)")
      #expect(frame.faint == [], "\(frame.frame)")
      #expect(frame.active == 0 && frame.loaded == 0, "\(frame.frame)")
      #expect(frame.sections.first == "header", "\(frame.frame)")
      #expect(frame.paper == (scheme == "dark" ? "rgb(18, 22, 29)" : "rgb(255, 255, 255)"), "\(frame.frame)")
    }
    let year = try #require(frames.first { $0.frame == "year 360" })
    #expect(year.sections == ["header", "Tables", "History", "Findings", "Notes"])
    #expect(
      year.charts.map { $0.replacing(" of public.customers", with: "") } == [
        "Outcome", "Lag", "Completeness", "Objects arriving, each 1 d 12 h", "Object sizes, log scale",
      ])
    let lagging = try #require(frames.first { $0.frame == "lagging 1280" })
    #expect(lagging.sections == ["header", "Tables", "Lag by stages", "History", "Findings", "Notes"])
    #expect(lagging.charts.count == 10)
  }

  /// All pages in all widths, each in a frame of one window.
  ///
  /// A page's policy forbids it scripts, so those of the window do the measuring.
  private func measured(_ scheme: String) async throws -> [Measured] {
    try #require(FileManager.default.isExecutableFile(atPath: Self.browser), "`make test` installs chromium")
    let directory = NSTemporaryDirectory() + "lc-page-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(atPath: directory) }
    var frames = ""
    for page in PageFixture.allCases {
      let text = try page.report.rendered(.html)
      #expect(text.utf8.count < 1_000_000)
      let source = text.replacing("&", with: "&amp;").replacing("\"", with: "&quot;")
      for width in Self.widths {
        frames +=
          "<iframe title=\"\(page.rawValue) \(width)\" width=\"\(width)\" srcdoc=\"\(source)\"></iframe>\n"
      }
    }
    try Self.window.replacing("FRAMES", with: frames).write(
      toFile: directory + "/window.html", atomically: true, encoding: .utf8)
    let run = try await CommandRun.command(
      Self.browser,
      [
        "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
        "--disable-background-networking", "--user-data-dir=\(directory)/profile", "--window-size=1660,20000",
        "--blink-settings=preferredColorScheme=\(scheme == "dark" ? 0 : 1)",
        "--screenshot=\(directory)/window.png", "--dump-dom", "file://\(directory)/window.html",
      ])
    #expect(run.exitCode == 0, "\(run.errorOutput)")
    if let keep = ProcessInfo.processInfo.environment["LAKECANARY_TEST_SCREENSHOTS"] {
      let picture = try Data(contentsOf: URL(filePath: "\(directory)/window.png"))
      try picture.write(to: URL(filePath: "\(keep)/\(scheme).png"))
    }
    let result = try #require(run.output.firstMatch(of: /<pre id="result">(.*)<\/pre>/)).output.1
    let json = result.replacing("&lt;", with: "<").replacing("&gt;", with: ">").replacing("&amp;", with: "&")
    return try JSONDecoder().decode([Measured].self, from: Data(json.utf8))
  }

  private static let window = #"""
    <!doctype html>
    <meta charset="utf-8">
    <style>:root{color-scheme:light dark}body{margin:0}iframe{border:0;vertical-align:top}</style>
    FRAMES<pre id="result"></pre>
    <script>
    function parts(colour) { return colour.match(/[\d.]+/g).map(Number) }
    function luminance([r, g, b]) {
      const [x, y, z] = [r, g, b].map(v => (v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
      return 0.2126 * x + 0.7152 * y + 0.0722 * z
    }
    function measure(frame) {
      const page = frame.contentDocument, view = frame.contentWindow
      frame.height = page.documentElement.scrollHeight
      const name = e => e.tagName.toLowerCase() + (e.className.baseVal ?? e.className ? "." + e.getAttribute("class") : "")
      const outside = [], faint = []
      for (const element of page.body.querySelectorAll("*")) {
        if (element.closest("svg")) continue
        const box = element.getBoundingClientRect()
        if (!box.width || !box.height) continue
        if (box.left < 0 || box.right > view.innerWidth) {
          outside.push(`${name(element)} ${box.left} to ${box.right}`)
        }
        if (![...element.childNodes].some(n => n.nodeType === 3 && n.data.trim())) continue
        let behind = element
        while (behind && (parts(view.getComputedStyle(behind).backgroundColor)[3] ?? 1) === 0) behind = behind.parentElement
        const paper = luminance(parts(view.getComputedStyle(behind ?? page.body).backgroundColor))
        const ink = luminance(parts(view.getComputedStyle(element).color))
        const contrast = (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05)
        if (contrast < 4.5) faint.push(`${name(element)} ${contrast.toFixed(2)}`)
      }
      return {
        frame: frame.title, outside, faint, paper: view.getComputedStyle(page.body).backgroundColor,
        overflow: Math.max(0, page.documentElement.scrollWidth - view.innerWidth),
        active: page.querySelectorAll("script,img,link,a,iframe,object,embed,form").length,
        loaded: view.performance.getEntriesByType("resource").length,
        sections: [...page.querySelector("main").children].map(e => e.querySelector("h2")?.textContent ?? name(e).replace(/\..*/, "")),
        charts: [...page.querySelectorAll("svg")].map(e => e.getAttribute("aria-label")),
      }
    }
    addEventListener("load", () => {
      result.textContent = JSON.stringify([...document.querySelectorAll("iframe")].map(measure))
    })
    </script>
    """#
}
