using System.Globalization;
using SecureStreams.TestSupport.Servers;

namespace SecureStreams.Interop.Probe;

/// <summary>A context that takes its policy from a server, as fast as it can, until its input ends; it says what it began with and what came of each fetch.</summary>
internal static class RemotePolicyCommand
{
    public static async Task RunAsync(int port, string state)
    {
        // The console's own reader waits where it is called, whatever its methods are called.
        var ended = Task.Run(Console.In.ReadToEnd);
        await using var context = SsContext.FromJson(
            PolicyServer.PolicyText(port, 0, "\"release\": \"r0\", "), new SsContextOptions { StateFolder = state, RemotePolicy = new SsRemotePolicyOptions() });
        var remote = context.RemotePolicy!;

        // What it began with: a fetch in the background may have put another in force since, which the number of changes tells.
        var (release, status) = (context.Policy.Release, remote.Status);
        Say($"start {status.Source} {status.Revision} {release} {context.Policy.StreamTypes.Count} {context.PolicyRevision}");
        while (!ended.IsCompleted)
        {
            var fetch = remote.RefreshAsync();
            if (await Task.WhenAny(fetch, ended) == ended)
                return;
            var result = await fetch;
            Say($"{result.Outcome} {remote.Status.Revision} {result.Stored} {result.Message}");
        }
    }

    private static void Say(FormattableString what)
    {
        Console.Out.WriteLine(what.ToString(CultureInfo.InvariantCulture));
        Console.Out.Flush();
    }
}
