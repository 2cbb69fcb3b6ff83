"""Reads engines' statements with sqlglot, a parser that is not ours, and prints what it finds in them as JSON.

Usage: parse_statements.py FILE, which holds {"dialect": "athena" or "spark", "text": statements}.
"""
import json
import re
import sys

import sqlglot
from sqlglot import exp
from sqlglot.tokens import TokenType


def statements(text, dialect):
    """The text cut at its semicolons, by the dialect's own tokens."""
    begin, cut = 0, []
    for token in sqlglot.tokenize(text, dialect=dialect):
        if token.token_type == TokenType.SEMICOLON:
            cut.append(text[begin:token.start])
            begin = token.end + 1
    return [part.strip() for part in cut + [text[begin:]] if part.strip()]


def literal(text, dialect):
    """The value of the one string literal that the text is."""
    tree = sqlglot.parse_one(f"SELECT {text}", dialect=dialect).find(exp.Literal)
    return joined(tree.this)


def joined(text):
    """Characters by two numbers, as Java writes them, which sqlglot leaves in halves."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16")


def read(statement, dialect):
    found = {"kind": statement.split()[0], "output": None}
    # What goes round the query is no grammar of sqlglot's.
    around = {
        "athena": r"UNLOAD \((?P<query>.*)\)\s*TO (?P<output>'.*')\s*WITH \(format = 'PARQUET', compression = 'SNAPPY'\)",
        "spark": r"INSERT OVERWRITE DIRECTORY (?P<output>'.*')\nUSING parquet OPTIONS \([^)]*\)\n(?P<query>.*)",
    }[dialect]
    match = re.fullmatch(around, statement, re.DOTALL)
    if match:
        found["output"] = literal(match["output"], dialect)
        statement = match["query"]
    if found["kind"] == "SET":
        return found
    # A statement that sqlglot does not understand is an error here, and no command.
    trees = sqlglot.parse(statement, dialect=dialect, error_level=sqlglot.ErrorLevel.RAISE)
    tree, = trees
    if isinstance(tree, exp.Command):
        raise SystemExit(f"not understood: {statement[:200]}")
    location = tree.find(exp.LocationProperty)
    found["location"] = joined(location.this.name) if location else None
    found["tables"] = sorted({(table.db, table.name) for table in tree.find_all(exp.Table) if table.name})
    found["defined"] = [column.name for column in tree.find_all(exp.ColumnDef)]
    found["columns"] = sorted({column.name for column in tree.find_all(exp.Column)})
    found["literals"] = sorted({joined(text.this) for text in tree.find_all(exp.Literal) if text.is_string})
    return found


spec = json.load(open(sys.argv[1]))
print(json.dumps([read(text, spec["dialect"]) for text in statements(spec["text"], spec["dialect"])]))
