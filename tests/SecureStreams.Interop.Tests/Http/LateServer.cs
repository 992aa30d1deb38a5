using System.Collections.Concurrent;
using System.Text;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Servers;

namespace SecureStreams.Interop.Tests.Http;

/// <summary>Answers requests of HTTP/1.1 when it is told to, and reads on meanwhile: so it would notice a second request that came before the first was answered.</summary>
internal sealed class LateServer
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource<int>> _asked = new();
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _answers = new();
    private readonly ConcurrentQueue<string> _early = new();
    private int _connections;

    /// <summary>Bytes that came behind a request before it was answered.</summary>
    public IReadOnlyList<string> Early => [.. _early];

    /// <summary>The connection on which the request with this path came, counted from 1.</summary>
    public Task<int> AskedAsync(string path) => Asked(path).Task.OrFail(() => $"Nobody asked for {path}. Asked for: {string.Join(", ", _asked.Where(static one => one.Value.Task.IsCompleted).Select(static one => one.Key))}");

    /// <summary>Answers it.</summary>
    public void Answer(string path) => Answered(path).SetResult();

    /// <summary>The script of its connections.</summary>
    public async Task ServeAsync(ScriptedConnection connection, CancellationToken stopping)
    {
        var number = Interlocked.Increment(ref _connections);
        for (var first = FirstByteAsync(connection, stopping); await first is { } begun;)
        {
            var head = begun + await connection.ReadHeadAsync(stopping);
            var path = head.Split(' ')[1];
            first = FirstByteAsync(connection, stopping);
            Asked(path).SetResult(number);
            await Answered(path).Task.WaitAsync(stopping);
            if (first.IsCompleted && await first is not null)
                _early.Enqueue($"behind {path} on connection {number}");
            await connection.WriteAsync($"HTTP/1.1 200 OK\r\nContent-Length: {path.Length}\r\n\r\n{path}", stopping);
        }
    }

    /// <summary>The first byte of a request; null when the client is gone.</summary>
    private static async Task<string?> FirstByteAsync(ScriptedConnection connection, CancellationToken stopping)
    {
        try
        {
            return Encoding.Latin1.GetString(await connection.ReadAsync(1, stopping));
        }
        catch (IOException)
        {
            return null;
        }
    }

    private TaskCompletionSource<int> Asked(string path) => _asked.GetOrAdd(path, static _ => new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously));

    private TaskCompletionSource Answered(string path) => _answers.GetOrAdd(path, static _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
}
