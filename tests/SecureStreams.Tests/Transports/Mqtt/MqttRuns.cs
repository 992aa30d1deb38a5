using System.Text;
using SecureStreams.TestSupport.Checks;
using SecureStreams.Transports;

namespace SecureStreams.Tests.Transports.Mqtt;

/// <summary>What tests of mqtt do with a stream at the seam.</summary>
internal static class MqttRuns
{
    /// <summary>Sends messages, all in one flush.</summary>
    public static void Send(this TransportRun run, params string[] messages) => run.Post(() =>
    {
        foreach (var message in messages)
            Put(run.Transport.Writer, Encoding.UTF8.GetBytes(message), SsTxFlags.WholeMessage);
        run.Transport.Writer.ReleaseOnMailbox();
        run.Transport.Writer.FlushOnMailbox();
    });

    /// <summary>Sends one message in pieces as large as the writer takes them, each released and flushed by itself.</summary>
    public static void SendLarge(this TransportRun run, byte[] message) => run.Post(() =>
    {
        var writer = run.Transport.Writer;
        for (var at = 0; at < message.Length;)
        {
            var span = writer.GetSpan();
            var take = Math.Min(span.Length, message.Length - at);
            message.AsSpan(at, take).CopyTo(span);
            var flags = (at == 0 ? SsTxFlags.StartOfMessage : SsTxFlags.None) | (at + take == message.Length ? SsTxFlags.EndOfMessage : SsTxFlags.None);
            writer.Advance(take, flags);
            writer.ReleaseOnMailbox();
            writer.FlushOnMailbox();
            at += take;
        }
    });

    /// <summary>How often something was told.</summary>
    public static int Count(this TransportRun run, string what) => run.Events.Count(one => one == what);

    /// <summary>Waits until something was told so often.</summary>
    public static Task WaitForCountAsync(this TransportRun run, string what, int count)
    {
        return CountAsync().OrFail(() => $"Waited for {count} times '{what}'; so far: {run.Story}");

        async Task CountAsync()
        {
            while (run.Count(what) < count)
                await run.TurnAsync();
        }
    }

    private static void Put(TransportWriter writer, byte[] payload, SsTxFlags flags)
    {
        payload.CopyTo(writer.GetSpan());
        writer.Advance(payload.Length, flags);
    }
}
