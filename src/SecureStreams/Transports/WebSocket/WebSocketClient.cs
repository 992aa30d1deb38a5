using System.Buffers;
using System.Net.Security;
using SecureStreams.Codecs.Http;
using SecureStreams.Codecs.WebSocket;
using SecureStreams.Codecs.WebSocket.Deflate;
using SecureStreams.Network;
using SecureStreams.Transports.Connections;
using SecureStreams.Transports.Http;

namespace SecureStreams.Transports.WebSocket;

/// <summary>The client's side on a connection of its own: the upgrade of HTTP/1.1 (RFC 6455 section 4.1), redirects if the policy follows them, then frames.</summary>
internal sealed partial class WebSocketClient : WebSocketConnection
{
    private readonly WebSocketTransportFactory _factory;
    private HttpTarget? _target;
    private WebSocketUpgrade? _upgrade;
    private ArrayBufferWriter<byte>? _head;
    private HttpBodyReader? _body;
    private ArrayBufferWriter<byte>? _said;
    private TransportFailure? _refusal;
    private string? _statusLine;
    private QuotedSecrets? _secrets;
    private int _looked;
    private int _hops;
    private bool _strange;
    private bool _done;

    public WebSocketClient(WebSocketTransportFactory factory, WebSocketPlan plan, TransportSetup setup)
        : base(factory.Links, setup, plan, WebSocketRole.Client)
    {
        _factory = factory;
        Plan = plan;
    }

    private WebSocketPlan Plan { get; }

    /// <inheritdoc/>
    public override string? EndpointOnMailbox => _target is { } target ? WebSocketTarget.Display(target) : null;

    /// <inheritdoc/>
    protected override string Opening => "for the answer to the upgrade";

    /// <inheritdoc/>
    protected override TransportFailure? ResolveOnMailbox(LinkPlan plan, out DialTarget? target)
    {
        target = null;
        return Plan.Http.Resolve(Setup.Metadata, out _target) ?? PrepareOnMailbox(plan, out target);
    }

    /// <inheritdoc/>
    protected override void OpenedOnMailbox()
    {
        _head = null;
        _looked = 0;
        Output.Advance(WebSocketClientHandshake.WriteRequest(_upgrade!, Output.GetSpan(WebSocketClientHandshake.RequestBytes(_upgrade!))));
        Output.ReleaseOnMailbox();
        Output.FlushOnMailbox();
    }

    /// <inheritdoc/>
    protected override int ArrivedOnMailbox(Span<byte> bytes)
    {
        if (_done)
            return base.ArrivedOnMailbox(bytes);
        if (_body is not null)
        {
            RefusalArrivedOnMailbox(bytes);
            return bytes.Length;
        }

        return HeadArrivedOnMailbox(bytes);
    }

    /// <inheritdoc/>
    protected override void PeerEndedOnMailbox()
    {
        if (_done)
            base.PeerEndedOnMailbox();
        else if (_body is not null)
            RefusedOnMailbox();
        else
            EndOnMailbox(Meaning(Peer(SsCauseCode.PeerClosed, "The peer closed the connection before it answered the upgrade.")));
    }

    /// <summary>Where the peer sent us is not what the policy says, so mending the policy's endpoint would not help.</summary>
    protected override TransportFailure Refine(TransportFailure failure) =>
        _strange && failure.Attribute is ("endpoint" or "port") ? failure with { Attribute = null, Permanent = false } : failure;

    /// <summary>The request of the current hop, and the connection for it.</summary>
    private TransportFailure? PrepareOnMailbox(LinkPlan plan, out DialTarget? target)
    {
        target = null;
        var uri = _target!.Uri;
        using var message = Plan.HasOwnFields ? new HttpRequestMessage(HttpMethod.Get, uri) : null;
        if (message is not null && WebSocketRequest.Fill(Plan, Setup.Metadata, _factory.Blobs, message, _strange) is { } unsendable)
            return unsendable with { Endpoint = EndpointOnMailbox };
        _secrets = HttpSecrets.Of(Plan.Http, message);
        _upgrade = WebSocketRequest.ForHttp1(Plan, _target, message);

        // Those of the target: at another origin than the policy's, where a redirect led, this side does not show who it is.
        var tls = uri.Scheme == Uri.UriSchemeHttps ? _target.Pool.Key.Tls : null;
        return plan.Make(Setup.Metadata, HostNames.Of(uri), _target.UnixPath, uri.Port, tls, SslApplicationProtocol.Http11, out target);
    }

    private int HeadArrivedOnMailbox(Span<byte> bytes)
    {
        // An answer that comes in one piece, as nearly all do, is read where it lies.
        var before = 0;
        ReadOnlySpan<byte> seen = bytes;
        if (_head is not null)
        {
            before = _head.WrittenCount;
            _head.Write(bytes);
            seen = _head.WrittenSpan;
        }

        var end = HttpHead.FindEnd(seen, _looked);
        _looked = seen.Length;
        if (end > Plan.MaxHeaderBytes || (end < 0 && seen.Length > Plan.MaxHeaderBytes))
        {
            EndOnMailbox(Broken($"the head of its answer is longer than {Plan.MaxHeaderBytes} bytes; max_header_bytes takes longer ones") with { Attribute = "max_header_bytes" });
            return bytes.Length;
        }

        if (end < 0)
        {
            // Whoever speaks something else is told from one who is slow.
            if (!"HTTP/1."u8.StartsWith(seen[..Math.Min(7, seen.Length)]))
                EndOnMailbox(Broken("its answer is not HTTP/1.1") with { PeerText = OperatorText.Clean(System.Text.Encoding.UTF8.GetString(seen)) });
            if (_head is null)
            {
                _head = new ArrayBufferWriter<byte>(Math.Max(512, 2 * bytes.Length));
                _head.Write(bytes);
            }

            return bytes.Length;
        }

        var used = end - before;
        var problem = HttpHead.Parse(seen[..end], out var head);
        if (problem is not null || !head!.TryReadStatus(out var status))
        {
            EndOnMailbox(Broken(problem is null ? "its answer is not HTTP/1.1" : $"the head of its answer {problem}"));
            return bytes.Length;
        }

        if (status is >= 100 and < 200 and not 101)
        {
            // Only says that there is more to come.
            _head = null;
            _looked = 0;
            return used;
        }

        _head = null;
        AnsweredOnMailbox(head, status);
        return used;
    }

    private void AnsweredOnMailbox(HttpHead head, int status)
    {
        _statusLine = HttpPeerText.StatusLine(head.FirstLine, _secrets);
        if (status != 101)
        {
            NotUpgradedOnMailbox(head, status);
            return;
        }

        var problem = WebSocketClientHandshake.Judge(head, _upgrade!, out _);
        WebSocketDeflateParameters? deflate = null;
        if (problem is null && !WebSocketDeflateNegotiation.TryReadAnswer(head.Find("Sec-WebSocket-Extensions"), Plan.Deflate, out deflate, out var extension))
            problem = $"misuses Sec-WebSocket-Extensions: {extension}";
        if (problem is not null)
        {
            EndOnMailbox(WebSocketFailures.BadAnswer(Plan, problem, status, _statusLine) with { Endpoint = EndpointOnMailbox });
            return;
        }

        _done = true;
        _upgrade = null;
        _statusLine = null;
        _secrets = null;
        if (Plan.Http.AllowsDirect)
            Setup.PublishDirectOnMailbox([.. head.Fields.Select(static field => KeyValuePair.Create(field.Name, field.Value))]);
        UpgradedOnMailbox(deflate, ReceivedIn(head));
    }

    private string?[]? ReceivedIn(HttpHead head)
    {
        if (Plan.Http.Headers.IsEmpty)
            return null;
        var values = new string?[Plan.Policy.Metadata.Length];
        foreach (var row in Plan.Http.Headers)
            values[row.Index] = head.Find(row.Name);
        return values;
    }

    private TransportFailure Broken(string problem) =>
        new(SsPhase.Protocol, SsCauseCode.ProtocolError, $"The upgrade failed: {problem}.") { Endpoint = EndpointOnMailbox };
}
