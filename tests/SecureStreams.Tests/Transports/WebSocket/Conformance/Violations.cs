namespace SecureStreams.Tests.Transports.WebSocket.Conformance;

/// <summary>What the protocol forbids, in either role: of a server, whose frames have no mask, and of a client, whose have one.</summary>
internal static class Violations
{
    /// <summary>Name, what the peer sends in hexadecimal, and the close code that answers it.</summary>
    /// <param name="mask">The key of the peer's frames; null for a server's.</param>
    public static TheoryData<string, string, int> Of(uint? mask)
    {
        var data = new TheoryData<string, string, int>();
        var bit = mask is null ? 0 : 0x80;
        byte[] key = mask is { } some ? [(byte)(some >> 24), (byte)(some >> 16), (byte)(some >> 8), (byte)some] : [];
        foreach (var opcode in new[] { 0x1, 0x2, 0x8, 0x9, 0xA })
        {
            foreach (var reserved in new[] { 0x40, 0x20, 0x10, 0x70 })
                Add($"reserved bits {reserved:X} on opcode {opcode:X}", Frame(RawFrame.Fin | reserved | opcode, []), 1002);
        }

        Add("a reserved bit on a continuation", [.. Frame(RawFrame.Text, "a"u8), .. Frame(RawFrame.Fin | 0x40, "b"u8)], 1002);
        foreach (var opcode in new[] { 3, 4, 5, 6, 7, 11, 12, 13, 14, 15 })
            Add($"reserved opcode {opcode:X}", Frame(RawFrame.Fin | opcode, "abc"u8), 1002);
        foreach (var opcode in new[] { 8, 9, 10 })
        {
            Add($"opcode {opcode:X} fragmented", Frame(opcode, []), 1002);
            Add($"opcode {opcode:X} of 126 bytes", Frame(RawFrame.Fin | opcode, new byte[126]), 1002);
            Add($"opcode {opcode:X} of 65536 bytes", Frame(RawFrame.Fin | opcode, new byte[65536])[..20], 1002);
            Add($"opcode {opcode:X} with its length in three bytes", [(byte)(0x80 | opcode), (byte)(126 | bit), 0, 2, .. Frame(RawFrame.Fin | opcode, [0x03, 0xE8]).AsSpan(2)], 1002);
        }

        // The other role's habit.
        uint? wrong = mask is null ? 0x01020304 : null;
        foreach (var opcode in new[] { 0x1, 0x2, 0x8, 0x9, 0xA })
            Add($"opcode {opcode:X} {(wrong is null ? "not masked" : "masked")}", RawFrame.Make(RawFrame.Fin | opcode, [], wrong), 1002);
        Add($"a text {(wrong is null ? "not masked" : "masked")}", RawFrame.Make(RawFrame.Fin | RawFrame.Text, "Hello"u8, wrong), 1002);
        if (wrong is not null)
            Add("a text masked with zeros", RawFrame.Make(RawFrame.Fin | RawFrame.Text, "Hello"u8, 0), 1002);

        foreach (var length in new[] { 0, 1, 125 })
            Add($"a length of {length} in three bytes", [0x82, (byte)(126 | bit), (byte)(length >> 8), (byte)length, .. key], 1002);
        foreach (var length in new[] { 0, 125, 126, 65535 })
            Add($"a length of {length} in nine bytes", [0x82, (byte)(127 | bit), 0, 0, 0, 0, 0, 0, (byte)(length >> 8), (byte)length, .. key], 1002);
        Add("a length of 2^63", [0x82, (byte)(127 | bit), 0x80, 0, 0, 0, 0, 0, 0, 0, .. key], 1002);
        Add("a length of 2^64 - 1", [0x82, (byte)(127 | bit), 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, .. key], 1002);
        Add("a continuation of nothing", Frame(RawFrame.Fin, "a"u8), 1002);
        Add("a continuation of nothing that goes on", Frame(0, "a"u8), 1002);
        Add("a continuation of a message that is over", [.. Frame(RawFrame.Fin | RawFrame.Text, "a"u8), .. Frame(RawFrame.Fin, "b"u8)], 1002);
        Add("a text inside a text", [.. Frame(RawFrame.Text, "a"u8), .. Frame(RawFrame.Fin | RawFrame.Text, "b"u8)], 1002);
        Add("a binary inside a text", [.. Frame(RawFrame.Text, "a"u8), .. Frame(RawFrame.Binary, "b"u8)], 1002);
        Add("a text that is not UTF-8", Frame(RawFrame.Fin | RawFrame.Text, [0x61, 0xC3, 0x28]), 1007);
        Add("a fragment that is not UTF-8", [.. Frame(RawFrame.Text, [0xE2]), .. Frame(0, [0x28])], 1007);
        Add("a text that ends inside a character", Frame(RawFrame.Fin | RawFrame.Text, [0xE2, 0x82]), 1007);
        Add("a close of one byte", Frame(RawFrame.Fin | RawFrame.Close, "a"u8), 1002);
        foreach (var code in new[] { 0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535 })
            Add($"a close with {code}", RawFrame.MakeClose(code, "why", mask), 1002);
        Add("a close whose reason is not UTF-8", Frame(RawFrame.Fin | RawFrame.Close, [0x03, 0xE8, 0xCE, 0xBA, 0xED, 0xA0, 0x80]), 1007);
        Add("a close whose reason ends inside a character", Frame(RawFrame.Fin | RawFrame.Close, [0x03, 0xE8, 0xCE]), 1007);
        return data;

        void Add(string name, byte[] bytes, int code) => data.Add(name, Convert.ToHexString(bytes), code);

        byte[] Frame(int first, ReadOnlySpan<byte> payload) => RawFrame.Make(first, payload, mask);
    }
}
