import ArgumentParser
import Ledger
import Reconciliation
import Reporting
import Workload

/// A command that works on a configured pipeline.
protocol PipelineCommand: VerboseCommand {
  var common: CommonOptions { get }
}

extension PipelineCommand {
  var isVerbose: Bool { common.verbose }
}

extension Console {
  /// Shows how far the writing is.
  func showWriting(_ table: TableName, _ written: WriteProgress) {
    progress.show(
      "\(table): \(FigureText.count(Int64(written.written.total)))"
        + (written.planned.map { " of \(FigureText.count(Int64($0.total)))" } ?? "") + " rows written")
  }

  /// Shows how far the reconciliation is.
  func showReconciling(_ reading: ReconciliationProgress) {
    progress.show(
      "\(reading.table): \(FigureText.counted(Int64(reading.objectsListed), "object")) listed, "
        + FigureText.count(Int64(reading.objectsRead))
        + " read")
  }
}
