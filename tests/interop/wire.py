"""Binary messages by table files, with the standard library only.

A row is what `ccelab config tables` prints: a number, fixed fields as `NAME TYPE`, floating fields as
`TAG NAME TYPE`. A fixed field may end in `@VERSION`: sessions of older versions do not have it.
"""
import socket
import struct
import time
import tomllib

NUMBERS = {"UCHAR": ">B", "SHORT": ">h", "USHORT": ">H", "INT": ">i", "UINT": ">I", "BOOL": ">H", "TIME": ">I"}


class Row:
    def __init__(self, name, row):
        self.name, self.number = name, row["number"]
        self.fixed = [fixed(entry) for entry in row.get("fixed", [])]
        self.floats = [entry.split(" ", 1) for entry in row.get("floats", [])]
        self.floats = [(int(tag), *rest.rsplit(" ", 1)) for tag, rest in self.floats]


def fixed(entry):
    entry, _, constant = (part.strip() for part in entry.partition("="))
    entry, _, since = entry.partition(" @")
    name, kind = entry.rsplit(" ", 1)
    return name, kind, int(constant) if constant else None, int(since or 0)


def pack(kind, value):
    if kind in NUMBERS:
        size = struct.calcsize(NUMBERS[kind]) * 8
        value = int(value) & (2**size - 1)
        return value.to_bytes(size // 8, "big")
    if kind == "TASKID":
        return struct.pack(">iii", *value)
    if kind.startswith("UNSPEC"):
        return bytes(value)
    return value.encode("latin-1") + b"\0"


def unpack(kind, data):
    if kind in NUMBERS:
        return struct.unpack(NUMBERS[kind], data)[0]
    if kind == "TASKID":
        return struct.unpack(">iii", data)
    if kind.startswith("STRING"):
        return data.split(b"\0")[0].decode("latin-1")
    return data


def default(kind):
    return (-1, -1, -1) if kind == "TASKID" else b"" if kind.startswith("UNSPEC") else "" if "STRING" in kind else 0


def room(kind):
    """Bytes of a value in the fixed part."""
    if kind in NUMBERS:
        return struct.calcsize(NUMBERS[kind])
    return 12 if kind == "TASKID" else int(kind.split("[")[1].rstrip("]"))


class Table:
    """Rows by name and number, the layout of one session."""

    def __init__(self, rows, width, version=99):
        self.rows = {name: Row(name, row) for name, row in rows.items()}
        self.by_number = {row.number: row for row in self.rows.values()}
        self.width, self.version = width, version
        self.float = ">BB" if width == 1 else ">HH"

    def encode(self, name, **fields):
        row, body = self.rows[name], b""
        for field, kind, constant, since in row.fixed:
            if since <= self.version:
                value = constant if constant is not None else fields.pop(field, default(kind))
                data = pack(kind, value)
                body += data if kind in NUMBERS or kind == "TASKID" else data.ljust(room(kind), b"\0")
            else:
                fields.pop(field, None)
        for tag, field, kind in row.floats:
            if field in fields:
                data = pack(kind, fields.pop(field))
                body += struct.pack(self.float, tag, len(data)) + data
        assert not fields, f"{name} has no {sorted(fields)}"
        return struct.pack(">II", len(body), row.number) + body

    def decode(self, frame):
        number, body = struct.unpack(">I", frame[4:8])[0], frame[8:]
        row = self.by_number.get(number)
        if row is None:
            return str(number), {}
        fields = {}
        for field, kind, constant, since in row.fixed:
            if since > self.version:
                continue
            data, body = body[: room(kind)], body[room(kind) :]
            if constant is None:
                fields[field] = unpack(kind, data)
        while body:
            tag, length = struct.unpack_from(self.float, body)
            data, body = body[2 * self.width :][:length], body[2 * self.width + length :]
            for known, field, kind in row.floats:
                if known == tag:
                    fields[field] = unpack(kind, data)
        return row.name, fields


def load(path):
    """The rows of a table file, and the width of its floating fields."""
    with open(path, "rb") as file:
        rows = tomllib.load(file)
    return rows, rows.pop("float_width", None)


class Link:
    """One connection: whole messages in, whole messages out."""

    def __init__(self, connection, table, deadline=30):
        self.connection, self.table, self.held = connection, table, b""
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.deadline = deadline

    def send(self, name, **fields):
        print(f"> {name}", flush=True)
        self.connection.sendall(self.table.encode(name, **fields))

    def receive(self):
        """The next message, or None when the other end closed."""
        while len(self.held) < 8 or len(self.held) < 8 + struct.unpack(">I", self.held[:4])[0]:
            self.connection.settimeout(self.deadline)
            more = self.connection.recv(65536)
            if not more:
                return None
            self.held += more
        end = 8 + struct.unpack(">I", self.held[:4])[0]
        frame, self.held = self.held[:end], self.held[end:]
        return self.table.decode(frame)

    def wait_for(self, wanted, **fields):
        """Passes over everything until a message of that name with those fields."""
        end = time.monotonic() + self.deadline
        while time.monotonic() < end:
            message = self.receive()
            assert message is not None, f"the link was closed while waiting for {wanted}"
            name, found = message
            if name == wanted and all(found.get(key) == value for key, value in fields.items()):
                print(f"< {name}", flush=True)
                return found
        raise AssertionError(f"no {wanted} {fields} came")
