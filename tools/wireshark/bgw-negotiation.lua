-- SPDX-License-Identifier: BSD-3-Clause
-- Dissects the datagrams of negotiations over UDP (docs/negotiation.md).
--   wireshark -X lua_script:bgw-negotiation.lua

local protocol = Proto("bgwneg", "BGW Negotiation")

local kinds = { [1] = "Hello", [2] = "Exchange" }
local names = { [0] = "heartbeat", [1] = "resync", [2] = "tunnel", [3] = "mac-sync",
                [0x40] = "beat", [0x41] = "ack", [253] = "reject", [254] = "accept",
                [255] = "keepalive" }

local f = protocol.fields
f.version = ProtoField.uint8("bgwneg.version", "Version")
f.kind = ProtoField.uint8("bgwneg.kind", "Kind", base.DEC, kinds)
f.flags = ProtoField.uint8("bgwneg.flags", "Flags", base.HEX)
f.holds = ProtoField.bool("bgwneg.flags.holds", "A protocol holds the session", 8, nil, 0x01)
f.closes = ProtoField.bool("bgwneg.flags.closes", "Closes the session", 8, nil, 0x02)
f.count = ProtoField.uint8("bgwneg.count", "Bytes")
f.session = ProtoField.uint32("bgwneg.session", "Session of the receiver", base.HEX)
f.nonce = ProtoField.uint64("bgwneg.nonce", "Nonce of the receiver", base.HEX)
f.counter = ProtoField.uint64("bgwneg.counter", "Counter")
f.own_session = ProtoField.uint32("bgwneg.own_session", "Session of the sender", base.HEX)
f.epoch = ProtoField.uint32("bgwneg.epoch", "Epoch")
f.own_nonce = ProtoField.uint64("bgwneg.own_nonce", "Nonce of the sender", base.HEX)
f.interval = ProtoField.uint32("bgwneg.interval", "Interval in ms")
f.round = ProtoField.uint32("bgwneg.round", "Round")
f.ack_round = ProtoField.uint32("bgwneg.ack_round", "Acknowledged up to round")
f.step = ProtoField.uint8("bgwneg.step", "Step")
f.ack_step = ProtoField.uint8("bgwneg.ack_step", "Acknowledged up to step")
f.byte = ProtoField.uint8("bgwneg.byte", "Byte", base.DEC, names)
f.tag = ProtoField.bytes("bgwneg.tag", "Tag")

local malformed = ProtoExpert.new("bgwneg.malformed", "No datagram of this version",
                                  expert.group.MALFORMED, expert.severity.ERROR)
protocol.experts = { malformed }

local lengths = { [1] = 64, [2] = 56 }

local function hello(buffer, tree)
	tree:add(f.own_session, buffer(16, 4))
	tree:add(f.epoch, buffer(20, 4))
	tree:add(f.own_nonce, buffer(24, 8))
	tree:add(f.interval, buffer(32, 4))
	return string.format("Hello, session %08x", buffer(16, 4):uint())
end

local function exchange(buffer, tree)
	local count = math.min(buffer(3, 1):uint(), 4)
	local said = {}

	tree:add(f.round, buffer(16, 4))
	tree:add(f.ack_round, buffer(20, 4))
	tree:add(f.step, buffer(24, 1))
	tree:add(f.ack_step, buffer(25, 1))
	for i = 0, count - 1 do
		local byte = buffer(26 + i, 1)

		tree:add(f.byte, byte)
		said[#said + 1] = names[byte:uint()] or tostring(byte:uint())
	end
	return string.format("Exchange, round %d.%d: %s (taken up to %d.%d)", buffer(16, 4):uint(),
	                     buffer(24, 1):uint(), count > 0 and table.concat(said, " ") or "nothing",
	                     buffer(20, 4):uint(), buffer(25, 1):uint())
end

function protocol.dissector(buffer, packet, root)
	local length = buffer:len()
	local tree = root:add(protocol, buffer())
	local kind, info

	packet.cols.protocol = "BGWNEG"
	if length < 2 or buffer(0, 1):uint() ~= 1 or lengths[buffer(1, 1):uint()] ~= length then
		tree:add_proto_expert_info(malformed)
		packet.cols.info = "No datagram of this version"
		return length
	end
	kind = buffer(1, 1):uint()
	tree:add(f.version, buffer(0, 1))
	tree:add(f.kind, buffer(1, 1))
	tree:add(f.flags, buffer(2, 1)):add(f.holds, buffer(2, 1))
	tree:add(f.closes, buffer(2, 1))
	tree:add(f.count, buffer(3, 1))
	tree:add(f.session, buffer(4, 4))
	tree:add(f.nonce, buffer(8, 8))
	info = kind == 1 and hello(buffer, tree) or exchange(buffer, tree)
	tree:add(f.counter, buffer(length - 24, 8))
	tree:add(f.tag, buffer(length - 16, 16))
	packet.cols.info = info
	return length
end

DissectorTable.get("udp.port"):add(9698, protocol)
