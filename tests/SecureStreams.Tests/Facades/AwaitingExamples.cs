using System.Text;

namespace SecureStreams.Tests.Facades;

/// <summary>The code of docs/awaiting.md: compiled here, shown there.</summary>
internal static class AwaitingExamples
{
    public static async Task TransactAsync(SsContext context, CancellationToken token)
    {
        // begin transact
        SsResponse answer = await context.TransactAsync("report", Encoding.UTF8.GetBytes("{}"), cancellationToken: token);
        answer.ThrowIfNack();
        Console.WriteLine($"{answer.Status}: {answer.Body.Length} bytes");
        // end transact
    }

    public static async Task MessagesAsync(SsContext context, CancellationToken token)
    {
        // begin messages
        await using SecureStream stream = context.Create("chat");
        SsMessageReader messages = stream.ReadMessagesAsync(token);
        await stream.SendAsync("hello"u8.ToArray(), token);
        await foreach (SsMessage message in messages)
        {
            using (message)
                Console.WriteLine(Encoding.UTF8.GetString(message.Payload.Span));
        }

        // end messages
    }

    public static async Task AcknowledgedAsync(SecureStream stream, ReadOnlyMemory<byte> reading, CancellationToken token)
    {
        // begin acknowledged
        try
        {
            await stream.SendAsync(reading, SsSendFlags.WaitForAck, token);
        }
        catch (SsNackException refused)
        {
            Console.WriteLine($"refused with {refused.Ack}: {refused.Cause}");
        }
        catch (SsStreamException lost)
        {
            Console.WriteLine($"not sent: {lost.Cause}");
        }

        // end acknowledged
    }

    public static async Task BytesAsync(SsContext context, Stream file, CancellationToken token)
    {
        // begin bytes
        await using SecureStream stream = context.Create("upload");
        await using SsByteStream bytes = stream.AsStream();
        await file.CopyToAsync(bytes, token);
        bytes.CompleteWrites();
        using var answer = new StreamReader(bytes);
        Console.WriteLine(await answer.ReadToEndAsync(token));
        // end bytes
    }
}
