
-- What follows is the same for every protocol.

local default_version = 24
local first_wide_version = 20
local version_of_stream = {}
local tcp_stream = Field.new("tcp.stream")

local make = {
    uint = ProtoField.uint32,
    int = ProtoField.int32,
    bool = ProtoField.bool,
    string = ProtoField.string,
    bytes = ProtoField.bytes,
}

local function text_of(range)
    return (range:raw():match("^[^%z]*"))
end

local function pair_of(range, first)
    local raw = range:raw()
    local name, value = raw:sub(first):match("^([^%z]*)%z([^%z]*)")
    if not name then return nil end
    return name .. "=" .. value
end

local function show(tree, proto_field, kind, range)
    if kind == "UCHAR" or kind == "USHORT" or kind == "UINT" or kind == "TIME" then
        tree:add(proto_field, range, range:uint())
    elseif kind == "INT" then
        tree:add(proto_field, range, range:int())
    elseif kind == "SHORT" then
        tree:add(proto_field, range, range:int())
    elseif kind == "BOOL" then
        tree:add(proto_field, range, range:uint() ~= 0)
    elseif kind == "TASKID" then
        local day, call, sequence = range(0, 4):int(), range(4, 4):int(), range(8, 4):int()
        tree:add(proto_field, range, string.format("%d_%d_%d", day, call, sequence))
    elseif kind == "STRING" or kind == "COUNTED" then
        tree:add(proto_field, range, text_of(range))
    elseif kind == "NAMEDVAR" then
        tree:add(proto_field, range, pair_of(range, 1) or text_of(range))
    elseif kind == "NAMEDARRAY" then
        tree:add(proto_field, range, pair_of(range, 2) or text_of(range))
    elseif kind == "SECRET" then
        tree:add(proto_field, range, "***")
    else
        tree:add(proto_field, range)
    end
end

local function register(book)
    local proto = Proto("ccelab_" .. book.name, book.title)
    local prefix = "ccelab." .. book.name .. "."
    local own = {
        length = ProtoField.uint32(prefix .. "messagelength", "MessageLength"),
        kind = ProtoField.uint32(prefix .. "messagetype", "MessageType"),
        name = ProtoField.string(prefix .. "message", "Message"),
        version = ProtoField.uint32(prefix .. "sessionversion", "Version of the session"),
        unknown = ProtoField.bytes(prefix .. "unknown", "Unknown floating field"),
        body = ProtoField.bytes(prefix .. "body", "Body without a known layout"),
    }
    local fields = { own.length, own.kind, own.name, own.version, own.unknown, own.body }
    local proto_fields = {}
    for abbreviation, field in pairs(book.fields) do
        proto_fields[abbreviation] = make[field[2]](prefix .. abbreviation, field[1])
        fields[#fields + 1] = proto_fields[abbreviation]
    end
    proto.fields = fields
    local malformed = ProtoExpert.new(prefix .. "malformed", "Malformed message", expert.group.MALFORMED, expert.severity.ERROR)
    proto.experts = { malformed }
    proto.prefs.ports = Pref.range("TCP ports", book.ports, "Ports where it is spoken", 65535)

    local function floats(tvb, tree, row, at, width, version)
        while at < tvb:len() do
            if tvb:len() - at < 2 * width then return at end
            local tag, length = tvb(at, width):uint(), tvb(at + width, width):uint()
            if tvb:len() - at - 2 * width < length then return at end
            local field = row.floats[tag]
            local whole = tvb(at, 2 * width + length)
            local data = length > 0 and tvb(at + 2 * width, length) or nil
            local fits = field and field[3] <= version and (not field[4] or field[4] == length)
            if fits and data then
                show(tree, proto_fields[field[1]], field[2], data)
            elseif fits then
                tree:add(proto_fields[field[1]], whole, ""):append_text(" (empty)")
            else
                tree:add(own.unknown, whole):append_text(" (tag " .. tag .. ")")
            end
            at = at + 2 * width + length
        end
        return nil
    end

    -- Gives where the message ends too early, or nothing when it is whole.
    local function body(tvb, tree, row, version)
        if row.raw then
            if tvb:len() > 8 then tree:add(own.body, tvb(8)) end
            return nil
        end
        local at = 8
        for _, field in ipairs(row.fixed) do
            local abbreviation, kind, since, size = field[1], field[2], field[3], field[4]
            if since <= version then
                if kind == "COUNTED" then
                    if tvb:len() - at < 2 then return at end
                    size = tvb(at, 2):uint()
                    at = at + 2
                end
                if tvb:len() - at < size then return at end
                if size > 0 then show(tree, proto_fields[abbreviation], kind, tvb(at, size)) end
                at = at + size
            end
        end
        local width = book.width or (version < first_wide_version and 1 or 2)
        return floats(tvb, tree, row, at, width, version)
    end

    local function message(tvb, pinfo, tree)
        local stream = tcp_stream()
        stream = stream and stream.value or 0
        local kind = tvb(4, 4):uint()
        if book.width == nil and kind == 3 and tvb:len() >= 16 then
            version_of_stream[stream] = tvb(12, 4):uint()
        end
        local version = book.width and 0 or version_of_stream[stream] or default_version
        if book.width then version = 65535 end
        local row = book.rows[kind]
        local name = row and row.name or ("message " .. kind)
        local branch = tree:add(proto, tvb(), book.short .. ", " .. name)
        if tvb(0, 4):uint() + 8 > book.max then
            branch:add_proto_expert_info(malformed, "the header announces more than " .. book.max .. " bytes")
            return tvb:len()
        end
        branch:add(own.length, tvb(0, 4))
        branch:add(own.kind, tvb(4, 4))
        branch:add(own.name, tvb(4, 4), name)
        if not book.width then branch:add(own.version, tvb(4, 4), version):set_generated() end
        if row then
            local short_at = body(tvb, branch, row, version)
            if short_at then
                branch:add_proto_expert_info(malformed, "the message ends inside a field, at byte " .. short_at)
            end
        elseif tvb:len() > 8 then
            branch:add(own.body, tvb(8))
        end
        pinfo.cols.protocol = book.short
        if tostring(pinfo.cols.info):find(book.short, 1, true) then
            pinfo.cols.info:append(", " .. name)
        else
            pinfo.cols.info:set(book.short .. ": " .. name)
        end
        return tvb:len()
    end

    -- Behind a length that cannot be nothing is certain any more: the rest is one message, which says so.
    local function length_of(tvb, pinfo, offset)
        local length = tvb(offset, 4):uint() + 8
        return length > book.max and tvb:len() - offset or length
    end

    function proto.dissector(tvb, pinfo, tree)
        dissect_tcp_pdus(tvb, tree, 8, length_of, message)
        return tvb:len()
    end

    DissectorTable.get("tcp.port"):add(book.ports, proto)
end

for _, book in ipairs(books) do
    register(book)
end
