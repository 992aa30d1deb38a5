using System.Diagnostics;
using System.Text;
using SecureStreams.Tests.Transports.WebSocket.Conformance;

namespace SecureStreams.Server.Tests.WebSocket;

/// <summary>A client that behaves, beside those that do not.</summary>
internal static class WsTalk
{
    /// <summary>One message at a time, each of which has to come back as it was.</summary>
    /// <returns>How many did, and how long the slowest took.</returns>
    public static async Task<(int Messages, TimeSpan Slowest)> TalkAsync(WsPeer peer, CancellationToken stop)
    {
        var (messages, slowest) = (0, TimeSpan.Zero);
        while (!stop.IsCancellationRequested || messages == 0)
        {
            var since = Stopwatch.GetTimestamp();
            var text = Encoding.ASCII.GetBytes($"message {messages++}");
            await peer.SendAsync(RawFrame.Fin | RawFrame.Text, text);
            Assert.Equal(text, (await peer.NextAsync())!.Payload);
            var took = Stopwatch.GetElapsedTime(since);
            slowest = took > slowest ? took : slowest;
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, CancellationToken.None);
        }

        return (messages, slowest);
    }
}
