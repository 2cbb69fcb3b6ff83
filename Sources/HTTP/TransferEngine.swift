import CLibCurl
import Foundation

/// Carries requests: libcurl on a thread of its own, async on top.
///
/// Up to a set number of transfers run at once, each with one connection that is used again; the rest wait in order.
/// The thread ends with its engine.
package final class TransferEngine: Sendable {
  private let orders: TransferOrders

  /// An engine; nil where the system has no descriptor for it.
  package init?(limit: Int, certificates: TrustedCertificates?) {
    guard TransferEngine.isLibraryReady, let orders = TransferOrders() else { return nil }
    self.orders = orders
    let thread = Thread {
      guard let loop = TransferLoop(orders: orders, limit: max(1, limit), certificates: certificates) else {
        orders.close()
        _ = orders.take(upTo: 0)
        return
      }
      loop.run()
    }
    thread.name = "http"
    thread.start()
  }

  deinit { orders.close() }

  /// libcurl asks for this once in a process, before its first use (man 3 curl_global_init).
  private static let isLibraryReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

  /// Sends a request and brings its answer; cancelling the task ends the transfer.
  ///
  /// - Throws: `TransferFailure`.
  package func send(_ request: HTTPRequest) async throws(TransferFailure) -> HTTPAnswer {
    let id = orders.nextID()
    let result = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        orders.begin(TransferOrders.Submission(id: id, request: request, continuation: continuation))
        // A cancellation from before now met no transfer of this id.
        if Task.isCancelled { orders.cancel(id) }
      }
    } onCancel: {
      orders.cancel(id)
    }
    return try result.get()
  }
}
