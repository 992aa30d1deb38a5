using System.Net.Security;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using SecureStreams.Network;
using SecureStreams.Policy;
using SecureStreams.Server.Listening;
using SecureStreams.Server.Tls;
using SecureStreams.Transports;

namespace SecureStreams.Server.Http;

/// <summary>One port for HTTP and raw connections (<c>sniff_protocol</c>, and a raw streamtype that has joined): what a client says first decides.</summary>
internal sealed partial class HttpListener
{
    private async Task ServeEitherAsync(AcceptedSocket accepted, StreamTypePolicy policy, ListenPlan plan)
    {
        SecuredConnection? secured = null;
        StreamConnection? connection = null;
        var isTaken = false;
        try
        {
            await Task.Yield();
            using var bound = new CancellationTokenSource(plan.UnauthenticatedTimeout, Platform.Time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(bound.Token, _arrivals.Over);
            if (Tls is not null && await accepted.BeginsTlsAsync(either.Token).ConfigureAwait(false))
                secured = await Tls.AuthenticateAsync(accepted.Wire, _takesHttp2 ? Both : Http1Only, either.Token).ConfigureAwait(false);
            var kind = await BeginningAsync(accepted, secured, either.Token).ConfigureAwait(false);
            if (kind == HttpBeginningKind.Other && Routes.FindConnection(secured?.Host ?? "") is { } route)
            {
                if (Tls?.Of(secured?.Host ?? "") is { Clients.Requires: true } wanted && wanted != secured?.Tls)
                {
                    throw new TransportException(new TransportFailure(SsPhase.Tls, SsCauseCode.CertificateInvalid,
                        "the client came in the clear, or before it was asked, and tls_client_auth requires a certificate; let it use TLS, or state \"request\"") { Attribute = "tls_client_auth" });
                }

                _raw.Schedule(route, accepted, tls: null, secured);
                isTaken = true;
                return;
            }

            connection = new StreamConnection((Stream?)secured?.Stream ?? accepted.Wire, accepted, policy.ReceiveWatermarkHigh);
            if (secured is not null)
                SetTls(connection, secured);
            connection.Features.Set(new HttpConnectionFeature(accepted) { Secured = secured });
            Watch(connection, policy, plan);
            if ((_takesHttp2 && kind == HttpBeginningKind.Http2 ? _endPoints.Http2Connections : _endPoints.Http1Connections).TryServe(connection))
                return;
        }
        catch (Exception error) when (error is TransportException or OperationCanceledException or IOException)
        {
            if (!_arrivals.Over.IsCancellationRequested)
                TellUnaccepted(policy, accepted.PeerText, error, plan.UnauthenticatedTimeout);
        }
        catch (Exception error)
        {
            ServerLog.Failed(Logger, error, policy.Name);
        }
        finally
        {
            if (!isTaken)
                _arrivals.End();
        }

        if (connection is not null)
            await connection.DisposeAsync().ConfigureAwait(false);
        if (secured is not null)
            await secured.Stream.DisposeAsync().ConfigureAwait(false);
        accepted.Dispose();
    }

    /// <summary>What a connection speaks: as it was agreed to, else by its first bytes, which whoever serves it reads again.</summary>
    private static async ValueTask<HttpBeginningKind> BeginningAsync(AcceptedSocket accepted, SecuredConnection? secured, CancellationToken bound)
    {
        if (secured?.Stream.NegotiatedApplicationProtocol is { Protocol.IsEmpty: false } agreed)
            return agreed == SslApplicationProtocol.Http2 ? HttpBeginningKind.Http2 : HttpBeginningKind.Http1;
        var first = new byte[HttpBeginning.MaxBytes];
        var count = 0;
        while (true)
        {
            var read = secured is not null ? await secured.Stream.ReadAsync(first.AsMemory(count), bound).ConfigureAwait(false) : await accepted.Wire.ReadAsync(first.AsMemory(count), bound).ConfigureAwait(false);
            count += read;
            if (HttpBeginning.Judge(first.AsSpan(0, count), isAll: read == 0) is not { } kind)
                continue;
            if (secured is not null)
                secured.Stream.Unread(first.AsMemory(0, count));
            else
                accepted.Wire.Unread(first.AsMemory(0, count));
            return kind;
        }
    }

    private static void SetTls(ConnectionContext connection, SecuredConnection secured)
    {
        var features = new TlsConnectionFeatures(secured.Stream);
        connection.Features.Set<ITlsConnectionFeature>(features);
        connection.Features.Set<ITlsApplicationProtocolFeature>(features);
    }
}
