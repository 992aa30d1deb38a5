using System.Buffers;
using System.Net.Sockets;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace SecureStreams.Tool.Administering;

/// <summary>Asks a process that runs, over its admin socket.</summary>
internal static class AdminClient
{
    /// <summary>An answer tells every stream; this is far more than a million of them.</summary>
    private const int LargestAnswerBytes = 512 * 1024 * 1024;

    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(30);
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Whether something is a socket, and no file: the prefix <c>unix:</c> says so, or that somebody listens there.</summary>
    public static bool IsSocket(string place, out string path)
    {
        const string Prefix = "unix:";
        path = place.StartsWith(Prefix, StringComparison.Ordinal) ? place[Prefix.Length..] : place;
        if (path.Length != place.Length)
            return true;

        // Not by opening it: a pipe has its text only once, and waits for its writer. Connecting to what is no socket is refused at once.
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(path));
            return true;
        }
        catch (Exception error) when (error is SocketException or ArgumentException)
        {
            return false; // Whoever reads it as a file says why it cannot be.
        }
    }

    /// <summary>Asks, and gives the answer when it is a good one.</summary>
    /// <exception cref="UnusableInputException">Nobody answers there, or what was asked for cannot be done.</exception>
    public static async Task<JsonElement> AskAsync(string path, Action<Utf8JsonWriter> write, CancellationToken cancellation)
    {
        var request = new ArrayBufferWriter<byte>();
        await using (var writer = new Utf8JsonWriter(request, Options))
        {
            writer.WriteStartObject();
            write(writer);
            writer.WriteEndObject();
        }

        using var bound = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        bound.CancelAfter(Bound);
        try
        {
            using var answer = JsonDocument.Parse(await AskAsync(path, request.WrittenMemory, bound.Token));
            var root = answer.RootElement.Clone();
            return root.GetProperty("ok").GetBoolean() ? root : throw new UnusableInputException(PlainText.OneLine($"{path}: {root.GetProperty("error").GetString()}"));
        }
        catch (Exception error) when (error is SocketException or IOException or ArgumentException)
        {
            throw new UnusableInputException(PlainText.OneLine($"{path}: nobody answers there: {error.Message}; start the program with an admin socket (sstreams serve --admin {path}), as the same user"));
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new UnusableInputException(PlainText.OneLine($"{path}: what answers there is no admin socket, or lets only its own user and root in"));
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new UnusableInputException(PlainText.OneLine($"{path}: no answer within {Bound.TotalSeconds:0} s"));
        }
    }

    private static async Task<ReadOnlyMemory<byte>> AskAsync(string path, ReadOnlyMemory<byte> request, CancellationToken cancellation)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation);
        for (var left = request; !left.IsEmpty;)
            left = left[await socket.SendAsync(left, cancellation)..];
        socket.Shutdown(SocketShutdown.Send);
        var answer = new ArrayBufferWriter<byte>();
        int count;
        while ((count = await socket.ReceiveAsync(answer.GetMemory(4096), cancellation)) > 0)
        {
            answer.Advance(count);
            if (answer.WrittenCount > LargestAnswerBytes)
                throw new IOException($"the answer has more than {LargestAnswerBytes} bytes");
        }

        return answer.WrittenMemory;
    }
}
