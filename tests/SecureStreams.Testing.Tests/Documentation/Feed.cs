using System.Text;

namespace SecureStreams.Testing.Tests.Documentation;

/// <summary>The application that docs/testing.md tests: keeps the last price, and knows whether it can be trusted.</summary>
internal sealed class Feed : IAsyncDisposable
{
    private readonly SecureStream _stream;
    private volatile string _price = "unknown";
    private volatile bool _live;

    public Feed(SsContext context, Func<SecureStreamHandler, SecureStreamHandler>? wrap = null)
    {
        var handler = new Handler(this);
        _stream = context.Create("feed", wrap is null ? handler : wrap(handler));
    }

    public string Price => _live ? _price : $"{_price} (stale)";

    public ValueTask DisposeAsync() => _stream.DisposeAsync();

    private sealed class Handler(Feed feed) : SecureStreamHandler
    {
        public override SsResult OnState(SecureStream stream, in SsStateChange change)
        {
            feed._live = change.State == SsState.Connected || (feed._live && change.State is not (SsState.Disconnected or SsState.Destroying));
            return SsResult.Continue;
        }

        public override SsResult OnReceive(SecureStream stream, ReadOnlySpan<byte> payload, SsRxFlags flags)
        {
            feed._price = Encoding.UTF8.GetString(payload);
            return SsResult.Continue;
        }
    }
}
