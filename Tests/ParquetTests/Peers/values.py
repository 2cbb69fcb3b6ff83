"""Prints the values of a Parquet file as another reader has them.

values.py ENGINE FILE...   ENGINE: pyarrow | duckdb | polars

For each file `file PATH`, then for each top-level column `column NAME`, then a line for each row: integers in decimal,
doubles as the bits in hexadecimal, bytes and text as x and hexadecimal, dates in days, times and timestamps in
nanoseconds, decimals without their point, lists as [..], groups as {name:..}, null. An error is `error TEXT`.
"""
import struct
import sys

import pyarrow as pa
import pyarrow.parquet as pq

NANOSECONDS = {"s": 10**9, "ms": 10**6, "us": 10**3, "ns": 1}


def double(value):
    return "nan" if value != value else struct.pack(">d", value).hex()


def scalars(array, text):
    return [None if v is None else text(v) for v in array.to_pylist()]


def texts(array):
    """The lines of an array; None for null."""
    kind = array.type
    if pa.types.is_dictionary(kind):
        return texts(array.dictionary_decode())
    if isinstance(kind, pa.ExtensionType):
        return texts(array.storage)
    if pa.types.is_null(kind):
        return [None] * len(array)
    if pa.types.is_boolean(kind):
        return scalars(array, lambda v: "true" if v else "false")
    if pa.types.is_integer(kind):
        return scalars(array, str)
    if pa.types.is_float16(kind):
        return scalars(array, lambda v: "x" + struct.pack("<e", v).hex() if v == v else "nan")
    if pa.types.is_floating(kind):
        return scalars(array, double)
    if pa.types.is_decimal(kind):
        return scalars(array, lambda v: str(int(v.scaleb(kind.scale).to_integral_value())) if kind.precision <= 27
                       else str(int("".join(map(str, v.as_tuple().digits))) * (-1 if v.as_tuple().sign else 1)
                                * 10 ** (kind.scale + v.as_tuple().exponent)))
    if pa.types.is_timestamp(kind) or pa.types.is_time64(kind) or pa.types.is_duration(kind):
        return scalars(array.cast(pa.int64()), lambda v: str(v * NANOSECONDS[kind.unit]))
    if pa.types.is_time32(kind):
        return scalars(array.cast(pa.int32()), lambda v: str(v * NANOSECONDS[kind.unit]))
    if pa.types.is_date32(kind):
        return scalars(array.cast(pa.int32()), str)
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return scalars(array.cast(pa.large_binary()), lambda v: "x" + v.hex())
    if pa.types.is_map(kind):
        keys, items = texts(array.keys), texts(array.items)
        pairs = ["{key:%s,value:%s}" % (shown(k), shown(i)) for k, i in zip(keys, items)]
        return nested(array, pairs)
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return nested(array, [shown(v) for v in texts(array.values)])
    if pa.types.is_struct(kind):
        columns = [(kind.field(i).name, texts(array.field(i))) for i in range(kind.num_fields)]
        rows = []
        for row in range(len(array)):
            valid = array[row].is_valid
            rows.append("{" + ",".join(f"{n}:{shown(c[row])}" for n, c in columns) + "}" if valid else None)
        return rows
    return scalars(array, lambda v: "x" + bytes(v).hex())


def nested(array, elements):
    offsets = array.offsets.to_pylist()
    return ["[" + ",".join(elements[offsets[row]:offsets[row + 1]]) + "]" if array[row].is_valid else None
            for row in range(len(array))]


def shown(text):
    return "null" if text is None else text


def table(engine, path):
    if engine == "pyarrow":
        return pq.read_table(path, partitioning=None, coerce_int96_timestamp_unit="us", page_checksum_verification=True)
    if engine == "duckdb":
        import duckdb
        result = duckdb.connect().execute("select * from read_parquet(?)", [path]).to_arrow_table()
        return result
    import polars
    return polars.read_parquet(path).to_arrow()


def main():
    engine, *paths = sys.argv[1:]
    for path in paths:
        print("file", path)
        try:
            data = table(engine, path)
            for name, column in zip(data.column_names, data.columns):
                lines = [shown(text) for chunk in column.chunks for text in texts(chunk)]
                print("column", name)
                if lines:
                    print("\n".join(lines))
        except Exception as error:  # noqa: BLE001 - any failure of the peer is the answer
            print("error", type(error).__name__, str(error).splitlines()[0] if str(error) else "")


main()
