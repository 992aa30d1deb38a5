using System.Net.Security;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using SecureStreams.Core;
using SecureStreams.Network;
using SecureStreams.Policy;
using SecureStreams.Server.Listening;
using SecureStreams.Server.Tls;
using SecureStreams.Transports;

namespace SecureStreams.Server.Http;

/// <summary>From a socket that was accepted to a connection that the web server takes: TLS, the version of HTTP, and the bound on both.</summary>
internal sealed partial class HttpListener
{
    private static readonly SslApplicationProtocol[] Both = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11];
    private static readonly SslApplicationProtocol[] Http1Only = [SslApplicationProtocol.Http11];

    private static ReadOnlySpan<byte> Preface => "PRI * HTTP/2.0\r\n"u8;

    private async Task ServeConnectionAsync(AcceptedSocket accepted, StreamTypePolicy policy, ListenPlan plan)
    {
        var peer = accepted.PeerText;
        ConnectionContext? connection = null;
        try
        {
            await Task.Yield();
            connection = new WatchedConnection(_sockets.Create(accepted.TakeSocket()), accepted);
            using var bound = new CancellationTokenSource(plan.UnauthenticatedTimeout, Platform.Time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(bound.Token, _arrivals.Over);
            var http2 = await PrepareAsync(connection, accepted, plan, either.Token).ConfigureAwait(false);
            Watch(connection, policy, plan);
            if ((http2 ? _endPoints.Http2Connections : _endPoints.Http1Connections).TryServe(connection))
                return;
        }
        catch (Exception error) when (error is TransportException or OperationCanceledException or IOException or ConnectionAbortedException or ConnectionResetException)
        {
            if (!_arrivals.Over.IsCancellationRequested)
                TellUnaccepted(policy, peer, error, plan.UnauthenticatedTimeout);
        }
        catch (Exception error)
        {
            ServerLog.Failed(Logger, error, policy.Name);
        }
        finally
        {
            _arrivals.End();
        }

        if (connection is not null)
            await connection.DisposeAsync().ConfigureAwait(false);
        else
            accepted.Dispose();
    }

    /// <returns>Whether it speaks HTTP/2.</returns>
    private async ValueTask<bool> PrepareAsync(ConnectionContext connection, AcceptedSocket accepted, ListenPlan plan, CancellationToken bound)
    {
        SecuredConnection? secured = null;
        var first = Tls is null || plan.Sniffs ? await FirstBytesAsync(connection, bound).ConfigureAwait(false) : Beginning.Unknown;
        if (Tls is not null && first != Beginning.Plain && first != Beginning.Http2)
        {
            var wire = new CountingStream(new DuplexStream(connection.Transport), Platform.Time);
            secured = await Tls.AuthenticateAsync(wire, _takesHttp2 ? Both : Http1Only, bound).ConfigureAwait(false);
            SetTls(connection, secured);
            connection.Transport = new DuplexPipe(secured.Stream);
        }

        connection.Features.Set(new HttpConnectionFeature(accepted) { Secured = secured });
        return _takesHttp2 && (secured is null ? first == Beginning.Http2 : secured.Stream.NegotiatedApplicationProtocol == SslApplicationProtocol.Http2);
    }

    private enum Beginning
    {
        Unknown,
        Plain,
        Http2,
        Tls,
    }

    /// <summary>Looks at the first bytes and leaves them where they are: TLS, the preface of HTTP/2 (RFC 9113 section 3.4), or else HTTP/1.1.</summary>
    private static async ValueTask<Beginning> FirstBytesAsync(ConnectionContext connection, CancellationToken bound)
    {
        var input = connection.Transport.Input;
        while (true)
        {
            var read = await input.ReadAsync(bound).ConfigureAwait(false);
            var beginning = BeginningOf(read.Buffer.FirstSpan, read.IsCompleted);
            input.AdvanceTo(read.Buffer.Start, beginning == Beginning.Unknown ? read.Buffer.End : read.Buffer.Start);
            if (beginning != Beginning.Unknown)
                return beginning;
        }
    }

    private static Beginning BeginningOf(ReadOnlySpan<byte> bytes, bool isAll)
    {
        const byte tlsHandshakeRecord = 0x16;
        if (bytes.IsEmpty)
            return isAll ? Beginning.Plain : Beginning.Unknown;
        if (bytes[0] == tlsHandshakeRecord)
            return Beginning.Tls;
        var seen = Math.Min(bytes.Length, Preface.Length);
        if (!bytes[..seen].SequenceEqual(Preface[..seen]))
            return Beginning.Plain;
        return seen == Preface.Length ? Beginning.Http2 : isAll ? Beginning.Plain : Beginning.Unknown;
    }

    /// <summary>The web server has done with a connection: TLS says that it ends (RFC 8446 section 6.1), as far as it still can.</summary>
    private static async Task EndTlsAsync(ConnectionContext connection)
    {
        if (connection.Features.Get<HttpConnectionFeature>()?.Secured?.Stream is not { } tls)
            return;
        try
        {
            await tls.ShutdownAsync().ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or InvalidOperationException or OperationCanceledException or ConnectionAbortedException)
        {
            // The client has gone, which is all there was to say.
        }

        await tls.DisposeAsync().ConfigureAwait(false);
    }

    private void Watch(ConnectionContext connection, StreamTypePolicy policy, ListenPlan plan)
    {
        if (connection.Features.Get<HttpConnectionFeature>() is not { } feature)
            return;
        feature.Watch = HttpConnectionWatch.Start(connection, feature, Platform.Time, plan.UnauthenticatedTimeout, HttpServerPlan.Of(policy).IdleTimeout, failure => TellGivenUp(policy, feature.Peer, failure));
        if (feature.Secured is not null)
            connection.ConnectionClosed.UnsafeRegister(_ => TellLeft(feature, policy), null);
    }

    /// <summary>A client that leaves without a request may not trust the certificate that it was shown: many judge it when the handshake is over. A trial wants to know.</summary>
    private void TellLeft(HttpConnectionFeature connection, StreamTypePolicy policy)
    {
        if (connection.HasAsked || _arrivals.Over.IsCancellationRequested)
            return;
        var trials = Runtime.Trials;
        trials.Result(policy.Name, policy, good: false, trials.Current is null ? null : FailureReporter.Note(Runtime, policy.Name, policy, SsState.Connecting, Failures.LeftAfterHandshake()));
    }
}
