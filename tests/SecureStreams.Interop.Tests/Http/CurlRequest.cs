using System.Diagnostics;
using System.Text;
using SecureStreams.Interop.Tests.Peers;
using SecureStreams.TestSupport.Handlers;

namespace SecureStreams.Interop.Tests.Http;

/// <summary>A request that both a streamtype and curl make.</summary>
/// <param name="Policy">What the streamtype has beside the address, without commas at the ends.</param>
/// <param name="Body">The body as Latin-1; null for none.</param>
/// <param name="Path">Path and query, behind what a test puts in front.</param>
/// <param name="Arguments">What curl is told; BODY stands for a file with the body.</param>
internal sealed record CurlRequest(string Policy, string? Body, string Path, params string[] Arguments)
{
    /// <summary>What the application sets.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();

    /// <summary>What the blob of the streamtype's credentials holds.</summary>
    public string? Credentials { get; init; }

    /// <summary>How often the streamtype does it; what counts is the last time.</summary>
    public int Rounds { get; init; } = 1;

    /// <summary>Has curl make it.</summary>
    /// <param name="url">Where to.</param>
    /// <param name="more">What it is told besides.</param>
    public async Task RunCurlAsync(string url, params string[] more)
    {
        var curl = Peer.Find("curl") ?? throw Peer.Absent("curl", "curl");
        var directory = Directory.CreateTempSubdirectory("ss-curl-");
        try
        {
            var file = System.IO.Path.Combine(directory.FullName, "body");
            await File.WriteAllBytesAsync(file, Encoding.Latin1.GetBytes(Body ?? ""));
            string[] all = ["--silent", "--show-error", "--noproxy", "*", "--max-time", "60", .. more, .. Arguments.Select(one => one.Replace("BODY", file, StringComparison.Ordinal)), url];
            using var process = Process.Start(new ProcessStartInfo(curl, all) { RedirectStandardError = true, RedirectStandardOutput = true })!;
            var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            var errors = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            await output;
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.True(process.ExitCode == 0, errors);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    /// <summary>Has a stream of streamtype <c>x</c> make it.</summary>
    public async Task RunStreamAsync(LocalContext context)
    {
        if (Credentials is not null)
            context.Blobs.Write(SsBlobNames.Auth(0), Encoding.ASCII.GetBytes(Credentials));
        var handler = new RecordingHandler().OnTransmitDo((SecureStream _, scoped ref SsTransmit tx) =>
        {
            tx.Commit(Encoding.Latin1.GetBytes(Body!, tx.Buffer), SsTxFlags.WholeMessage);
            return SsTransmitResult.Send;
        });
        await using var stream = context.Create("x", handler);
        foreach (var (name, value) in Metadata)
            stream.SetMetadata(name, value);
        for (var round = 1; round <= Rounds; round++)
        {
            if (Body is null)
                stream.Connect();
            else
                stream.RequestTransmit(Encoding.Latin1.GetByteCount(Body));
            await handler.WaitForStateAsync(SsState.Disconnected, times: round);
        }

        Assert.DoesNotContain(SsState.Unreachable, handler.States);
        handler.AssertClean();
    }
}
