/// The JSON Schema (draft 2020-12) of the report's JSON, which `lakecanary report --json-schema` prints.
///
/// It is closed (no additional properties) so that a test holds every key of the report to it; readers should
/// pass over keys that they do not know, as later ones of the same version may have more.
public enum JSONReportSchema {
  /// The schema's text, with a line feed at its end.
  public static let text = """
    {
      "$schema": "https://json-schema.org/draft/2020-12/schema",
      "$id": "urn:lakecanary:report:1",
      "title": "lakecanary report, version 1",
      "description": "Times are ISO 8601 in UTC, lengths of time are seconds. A key without a value is left out.",
      "type": "object",
      "additionalProperties": false,
      "required": ["format", "version", "pipeline", "generated_at", "verdict", "tables", "cost", "clocks", "limits", "notes", "findings"],
      "properties": {
        "format": {"const": "lakecanary.report"},
        "version": {"const": 1},
        "pipeline": {"type": "string"},
        "bucket": {"type": "string"},
        "generated_at": {"$ref": "#/$defs/time"},
        "verdict": {"$ref": "#/$defs/verdict"},
        "run": {
          "type": "object",
          "additionalProperties": false,
          "required": ["id", "command", "started_at"],
          "properties": {
            "id": {"$ref": "#/$defs/count"},
            "command": {"type": "string"},
            "started_at": {"$ref": "#/$defs/time"},
            "finished_at": {"$ref": "#/$defs/time"}
          }
        },
        "level": {"enum": ["counts", "ops", "keys", "values"]},
        "tables": {"type": "array", "items": {"$ref": "#/$defs/table"}},
        "witness": {"$ref": "#/$defs/witness"},
        "cost": {
          "type": "object",
          "additionalProperties": false,
          "required": ["requests", "objects_listed", "objects_read", "bytes_read", "full_listing"],
          "properties": {
            "requests": {"$ref": "#/$defs/count"},
            "objects_listed": {"$ref": "#/$defs/count"},
            "objects_read": {"$ref": "#/$defs/count"},
            "bytes_read": {"$ref": "#/$defs/count"},
            "full_listing": {"type": "boolean"},
            "price": {
              "description": "Dollars at list price; left out where the bucket is not one of AWS.",
              "type": "object",
              "additionalProperties": false,
              "required": ["requests", "transfer_out_of_aws"],
              "properties": {
                "requests": {"type": "number", "minimum": 0},
                "transfer_out_of_aws": {"type": "number", "minimum": 0},
                "runs_per_month": {"type": "number", "minimum": 0},
                "requests_per_month": {"type": "number", "minimum": 0},
                "transfer_out_of_aws_per_month": {"type": "number", "minimum": 0}
              }
            }
          }
        },
        "clocks": {
          "type": "object",
          "additionalProperties": false,
          "properties": {"source": {"$ref": "#/$defs/offset"}, "bucket": {"$ref": "#/$defs/offset"}}
        },
        "limits": {"type": "array", "items": {"$ref": "#/$defs/limit"}},
        "notes": {"type": "array", "items": {"type": "string"}},
        "findings": {"type": "array", "items": {"$ref": "#/$defs/finding"}},
        "history": {"$ref": "#/$defs/history"}
      },
      "$defs": {
        "time": {"type": "string", "pattern": "^-?[0-9]{4,6}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\\\.[0-9]{6}Z$"},
        "count": {"type": "integer", "minimum": 0},
        "history": {
          "description": "With --since: how the pipeline has fared, by run, or by day where runs do not reach back.",
          "type": "object",
          "additionalProperties": false,
          "required": ["since", "until", "points", "arrivals"],
          "properties": {
            "since": {"$ref": "#/$defs/time"},
            "until": {"$ref": "#/$defs/time"},
            "streak": {
              "type": "object",
              "additionalProperties": false,
              "required": ["status", "since", "runs", "is_at_least"],
              "properties": {
                "status": {"enum": ["ok", "warning", "critical", "unknown"]},
                "since": {"$ref": "#/$defs/time"},
                "runs": {"$ref": "#/$defs/count"},
                "is_at_least": {"type": "boolean"}
              }
            },
            "points": {"type": "array", "items": {
              "type": "object",
              "additionalProperties": false,
              "required": ["time", "tables"],
              "properties": {
                "time": {"$ref": "#/$defs/time"},
                "status": {"enum": ["ok", "warning", "critical", "unknown"]},
                "tables": {"type": "array", "items": {"$ref": "#/$defs/table_point"}}
              }
            }},
            "arrivals": {"type": "array", "items": {
              "description": "Objects written in a slice of time, by the bucket's clock.",
              "type": "object",
              "additionalProperties": false,
              "required": ["table", "start", "load_objects", "change_objects", "bytes", "smallest_bytes", "largest_bytes"],
              "properties": {
                "table": {"type": "string"},
                "start": {"$ref": "#/$defs/time"},
                "load_objects": {"$ref": "#/$defs/count"},
                "change_objects": {"$ref": "#/$defs/count"},
                "bytes": {"$ref": "#/$defs/count"},
                "smallest_bytes": {"$ref": "#/$defs/count"},
                "largest_bytes": {"$ref": "#/$defs/count"}
              }
            }}
          }
        },
        "table_point": {
          "type": "object",
          "additionalProperties": false,
          "required": ["table", "delivered", "late", "missing"],
          "properties": {
            "table": {"type": "string"},
            "delivered": {"$ref": "#/$defs/count"},
            "late": {"$ref": "#/$defs/count"},
            "missing": {"$ref": "#/$defs/count"},
            "completeness": {"type": "number", "minimum": 0, "maximum": 1},
            "lag_p50_seconds": {"type": "number"},
            "lag_p95_seconds": {"type": "number"},
            "lag_p99_seconds": {"type": "number"},
            "lag_max_seconds": {"type": "number"}
          }
        },
        "verdict": {
          "type": "object",
          "additionalProperties": false,
          "required": ["status", "reason"],
          "properties": {
            "status": {"enum": ["ok", "warning", "critical", "unknown"]},
            "reason": {"type": "string"}
          }
        },
        "offset": {
          "description": "The other clock less ours.",
          "type": "object",
          "additionalProperties": false,
          "required": ["offset_seconds", "uncertainty_seconds"],
          "properties": {"offset_seconds": {"type": "number"}, "uncertainty_seconds": {"type": "number"}}
        },
        "table": {
          "type": "object",
          "additionalProperties": false,
          "required": [
            "table", "operations", "delivered", "covered_by_full_load", "pending", "late", "missing", "excluded",
            "unsettled", "duplicates", "altered", "out_of_order", "unexpected_rows", "foreign_rows", "due", "objects",
            "new_objects", "rows", "generation"
          ],
          "properties": {
            "table": {"type": "string"},
            "operations": {
              "type": "object",
              "additionalProperties": false,
              "required": ["total", "inserts", "updates", "deletes"],
              "properties": {
                "total": {"$ref": "#/$defs/count"},
                "inserts": {"$ref": "#/$defs/count"},
                "updates": {"$ref": "#/$defs/count"},
                "deletes": {"$ref": "#/$defs/count"}
              }
            },
            "delivered": {"$ref": "#/$defs/count"},
            "covered_by_full_load": {"$ref": "#/$defs/count"},
            "pending": {"$ref": "#/$defs/count"},
            "late": {"$ref": "#/$defs/count"},
            "missing": {"$ref": "#/$defs/count"},
            "excluded": {"$ref": "#/$defs/count"},
            "unsettled": {"$ref": "#/$defs/count"},
            "duplicates": {"$ref": "#/$defs/count"},
            "altered": {"$ref": "#/$defs/count"},
            "out_of_order": {"$ref": "#/$defs/count"},
            "unexpected_rows": {"$ref": "#/$defs/count"},
            "foreign_rows": {"$ref": "#/$defs/count"},
            "due": {"$ref": "#/$defs/count"},
            "completeness": {"description": "delivered / due", "type": "number", "minimum": 0, "maximum": 1},
            "objects": {"$ref": "#/$defs/count"},
            "new_objects": {"$ref": "#/$defs/count"},
            "rows": {"$ref": "#/$defs/count"},
            "generation": {"$ref": "#/$defs/count"},
            "watermark": {"$ref": "#/$defs/time"},
            "lag_seconds": {"$ref": "#/$defs/lag"},
            "lag_stages_seconds": {
              "description": "the lag in the stages that can be told apart",
              "type": "object",
              "additionalProperties": false,
              "properties": {
                "commit_to_timestamp": {"$ref": "#/$defs/lag"},
                "timestamp_to_object": {"$ref": "#/$defs/lag"},
                "object_to_seen": {"$ref": "#/$defs/lag"}
              }
            }
          }
        },
        "witness": {
          "description": "What DMS said of its task, or the replicator of its own; left out where neither is configured.",
          "type": "object",
          "additionalProperties": false,
          "required": ["task", "asked_at", "tables", "problems"],
          "properties": {
            "task": {"type": "string"},
            "asked_at": {"$ref": "#/$defs/time"},
            "teller": {
              "description": "Who counts: DMS what it has captured, the replicator what is durable. Left out of runs before there were two.",
              "enum": ["dms", "replicator"]
            },
            "status": {"type": "string"},
            "stop_reason": {"type": "string"},
            "stopped_at": {"$ref": "#/$defs/time"},
            "fresh_start": {"$ref": "#/$defs/time"},
            "source_latency_seconds": {"type": "number"},
            "target_latency_seconds": {"type": "number"},
            "incoming_changes": {"type": "number"},
            "tables": {"type": "array", "items": {
              "type": "object",
              "additionalProperties": false,
              "required": ["table", "state", "full_load_rows", "inserts", "updates", "deletes", "reloaded"],
              "properties": {
                "table": {"type": "string"},
                "state": {"type": "string"},
                "full_load_rows": {"$ref": "#/$defs/count"},
                "inserts": {"$ref": "#/$defs/count"},
                "updates": {"$ref": "#/$defs/count"},
                "deletes": {"$ref": "#/$defs/count"},
                "reloaded": {"type": "boolean"},
                "loaded_at": {"$ref": "#/$defs/time"}
              }
            }},
            "problems": {"type": "array", "items": {"type": "string"}}
          }
        },
        "lag": {
          "type": "object",
          "additionalProperties": false,
          "required": ["count", "min", "p50", "p95", "p99", "max", "uncertainty"],
          "properties": {
            "count": {"$ref": "#/$defs/count"},
            "min": {"type": "number"},
            "p50": {"type": "number"},
            "p95": {"type": "number"},
            "p99": {"type": "number"},
            "max": {"type": "number"},
            "uncertainty": {"type": "number"}
          }
        },
        "limit": {
          "type": "object",
          "additionalProperties": false,
          "required": ["key", "allowed"],
          "properties": {
            "key": {"type": "string"},
            "allowed": {"type": "string"},
            "table": {"type": "string"},
            "measured": {"type": "string"},
            "holds": {"type": "boolean"}
          }
        },
        "finding": {
          "type": "object",
          "additionalProperties": false,
          "required": ["id", "kind", "severity", "state", "summary", "row_count", "rows", "first_seen", "last_seen"],
          "properties": {
            "id": {"$ref": "#/$defs/count"},
            "kind": {"type": "string"},
            "severity": {"enum": ["notice", "warning", "critical"]},
            "state": {"enum": ["open", "acknowledged", "resolved"]},
            "table": {"type": "string"},
            "object": {"type": "string"},
            "summary": {"type": "string"},
            "row_count": {"$ref": "#/$defs/count"},
            "rows": {"type": "array", "items": {"$ref": "#/$defs/row"}},
            "span": {
              "type": "object",
              "additionalProperties": false,
              "required": ["start", "end"],
              "properties": {"start": {"$ref": "#/$defs/time"}, "end": {"$ref": "#/$defs/time"}}
            },
            "first_seen": {"$ref": "#/$defs/time"},
            "last_seen": {"$ref": "#/$defs/time"},
            "first_run": {"$ref": "#/$defs/count"},
            "acknowledgement": {
              "type": "object",
              "additionalProperties": false,
              "required": ["reason", "at"],
              "properties": {
                "reason": {"type": "string"},
                "at": {"$ref": "#/$defs/time"},
                "until": {"$ref": "#/$defs/time"}
              }
            },
            "resolved_at": {"$ref": "#/$defs/time"},
            "resolution": {"type": "string"}
          }
        },
        "row": {
          "description": "A row that the finding names; of a lost row, object and row are the ones that prove the loss.",
          "type": "object",
          "additionalProperties": false,
          "required": ["key", "columns"],
          "properties": {
            "operation": {"enum": ["I", "U", "D"]},
            "key": {"type": "string"},
            "version": {"$ref": "#/$defs/time"},
            "transaction": {"$ref": "#/$defs/count"},
            "object": {"type": "string"},
            "row": {"$ref": "#/$defs/count"},
            "columns": {"type": "array", "items": {"type": "string"}}
          }
        }
      }
    }

    """
}
