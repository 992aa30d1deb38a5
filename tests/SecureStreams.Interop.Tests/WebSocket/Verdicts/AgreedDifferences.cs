namespace SecureStreams.Interop.Tests.WebSocket.Verdicts;

/// <summary>Every difference there is between our answers and those of the peers. What is not here is answered by all alike.</summary>
internal static class AgreedDifferences
{
    private static readonly string[] Rows = [.. WrongFrames.Of(mask: null).Select(static row => row.Name)];

    public static readonly IReadOnlyList<AgreedDifference> All =
    [
        new(["node", "python", "platform"], Verdict.Taken, "5.2",
            "The minimal number of bytes must state the length. Who takes more lets two forms of one frame pass those that look at frames on the way; nothing writes it but to try.",
            [.. Rows.Where(static row => row.StartsWith("a length of ", StringComparison.Ordinal) && (row.EndsWith(" in three bytes", StringComparison.Ordinal) || row.EndsWith(" in nine bytes", StringComparison.Ordinal)))]),
        new(["python", "platform"], Verdict.Taken, "5.2", "The same of control frames; they never need more than one byte (section 5.5).",
            ["opcode 9 with its length in three bytes", "opcode A with its length in three bytes"]),
        new(["python", "platform"], "1000", "5.2", "The same: the close frame is taken, and its own code answers it.",
            ["opcode 8 with its length in three bytes"]),
        new(["node", "python"], "1009", "5.2", "The most significant bit of a length must be 0. They look at the length alone, and find it too long.",
            ["a length of 2^63", "a length of 2^64 - 1"]),
        new(["node"], Verdict.Taken, "8.1",
            "Bytes that are not UTF-8 fail the connection. It looks at a text when it is whole, and these messages go on; what is known to be wrong would be held or handed on until then.",
            ["a fragment that is not UTF-8", .. Rows.Where(static row => row.StartsWith("byte ", StringComparison.Ordinal) && !row.EndsWith(", whole", StringComparison.Ordinal))]),
        new(["platform"], Verdict.Taken, "5.6", "A text must be UTF-8 as a whole. It does not look again where the last fragment is empty, and hands on a text that ends inside a character.",
            [.. Rows.Where(static row => row.StartsWith("it ends behind byte ", StringComparison.Ordinal) && row.EndsWith(", with an empty fragment", StringComparison.Ordinal))]),
        new(["platform"], "1002", "7.4.1", "1007 says that a text is not UTF-8, and a reason is one (section 5.5.1). It gives the general code.",
            ["a close whose reason is not UTF-8", "a close whose reason ends inside a character"]),
        new(["platform"], "1000", "5.5.1", "A close without a code is answered without one, as the code of a close is echoed. It takes 1000 for none, and its application answers with that.",
            ["a close without a code"]),
    ];

    /// <summary>Those of one peer.</summary>
    public static IReadOnlyDictionary<string, string> Of(string peer) =>
        All.Where(one => one.Peers.Contains(peer)).SelectMany(static one => one.Rows.Select(row => KeyValuePair.Create(row, one.Answer))).ToDictionary();
}
