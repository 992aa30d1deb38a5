using System.Text;
using System.Threading.Channels;
using SecureStreams;

namespace PolicyUpdate;

/// <summary>Numbers go out over both streamtypes, one after the other's answer, until it is stopped; what is sent and what is answered is counted.</summary>
internal sealed class Traffic : IAsyncDisposable
{
    private readonly SsContext _context;
    private readonly SecureStream _feed;
    private readonly CancellationTokenSource _stop = new();
    private readonly Channel<int> _progress = Channel.CreateBounded<int>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest });
    private readonly Task _work;

    public Traffic(SsContext context)
    {
        _context = context;
        _feed = context.Create("feed", SecureStreamHandler.Idle);
        _work = Task.WhenAll(FeedAsync(), ReadingsAsync());
    }

    public int Sent { get; private set; }

    public int Answered { get; private set; }

    public int Asked { get; private set; }

    public int Told { get; private set; }

    /// <summary>What the stream that stays is doing.</summary>
    public string Now => _feed.Explain().Now;

    /// <summary>Completes when so many more answers have come over both.</summary>
    public async Task MoreAsync(int count)
    {
        var (answered, told) = (Answered + count, Told + count);
        while (Answered < answered || Told < told)
            await _progress.Reader.ReadAsync();
    }

    /// <summary>Ends it when what is under way is answered; throws what went wrong.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _work;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _feed.DisposeAsync();
        _stop.Dispose();
    }

    private async Task FeedAsync()
    {
        await using var answers = _feed.ReadMessagesAsync();
        while (!_stop.IsCancellationRequested)
        {
            var text = $"message {++Sent}";
            await _feed.SendAsync(Encoding.UTF8.GetBytes(text));
            using var answer = await answers.ReadAsync() ?? throw new InvalidOperationException($"The stream ended under '{text}'.");
            if (Encoding.UTF8.GetString(answer.Payload.Span) != text)
                throw new InvalidOperationException($"'{text}' was not answered, something else was.");
            Answered++;
            _progress.Writer.TryWrite(0);
        }
    }

    private async Task ReadingsAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            var text = $"reading {++Asked}";
            var answer = await _context.TransactAsync("reading", Encoding.UTF8.GetBytes(text));
            if (Encoding.UTF8.GetString(answer.Body.Span) != text)
                throw new InvalidOperationException($"'{text}' was not answered as it should be.");
            Told++;
            _progress.Writer.TryWrite(0);
        }
    }
}
