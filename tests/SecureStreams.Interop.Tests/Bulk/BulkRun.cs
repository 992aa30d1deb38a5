using System.Globalization;
using SecureStreams.Interop.Probe;
using SecureStreams.Interop.Tests.Programs;
using SecureStreams.TestSupport.Handlers;
using SecureStreams.TestSupport.Wires;

namespace SecureStreams.Interop.Tests.Bulk;

/// <summary>One transfer by a client that is a process of its own.</summary>
/// <param name="Wire">The name of its wire.</param>
/// <param name="Up">Whether the client sends.</param>
/// <param name="Window">The most that the platform's HTTP/2 may let the peer send ahead; null for what it chooses itself.</param>
internal sealed record BulkRun(string Wire, bool Up, int? Window = null)
{
    private const int Seed = 11;
    private const string WindowVariable = "DOTNET_SYSTEM_NET_HTTP_SOCKETSHTTPHANDLER_FLOWCONTROL_MAXSTREAMWINDOWSIZE";

    // What a transfer takes at the slowest pace of these tests, ten times over.
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(10);

    /// <summary>Makes it.</summary>
    /// <param name="host">The server.</param>
    /// <param name="length">How many bytes.</param>
    /// <param name="rate">How many a second the receiver takes; 0 for as they come.</param>
    /// <param name="count">Whether rented buffers are counted.</param>
    public Task<TransferResult> RunAsync(ServedHost host, long length, long rate, bool count)
    {
        var wire = TestWire.Parse(Wire);
        var task = Up ? WireTask.Hash(length, rate) : WireTask.Bytes(length, Seed);

        // A raw connection ends with the transfer, and is not to be made again.
        var policy = TestWire.Policy(host.Authority, "\"backoff\": [1000], \"conceal\": 0", wire.StreamType("x", host.Ports, task, more: """, "opportunistic": true """));
        return ProbeProgram.TransferAsync(new TransferRequest(policy, Wire, Up, length, Seed, rate, count), Timeout, Window is { } window ? [(WindowVariable, Text($"{window}"))] : []);
    }

    /// <summary>What a transfer without a fault comes to.</summary>
    public void AssertWhole(TransferResult result, long length)
    {
        // Of an upload the server says what it received; over HTTP it adds how the body was framed.
        var hash = DeterministicBytes.Sha256(length, Seed);
        var expected = (Up, TestWire.Parse(Wire).IsTransactional) switch
        {
            (false, _) => hash,
            (_, true) => Text($"{hash} {length} content-length"),
            _ => Text($"{hash} {length}"),
        };
        Assert.True(expected == result.Received, $"{this}: {result}");
        if (!Up)
            Assert.Equal(length, result.Bytes);
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
