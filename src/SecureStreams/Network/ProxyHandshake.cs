using System.Buffers;
using SecureStreams.Codecs.HttpConnect;
using SecureStreams.Codecs.Socks5;
using SecureStreams.Policy;
using SecureStreams.Transports;

namespace SecureStreams.Network;

/// <summary>Has the proxy that was reached open the way to the peer. Reads not a byte that could be the peer's.</summary>
internal sealed class ProxyHandshake(CountingStream wire, DialTarget target, ProxyPolicy proxy)
{
    private readonly ProxyFailures _failures = new(target, proxy);

    /// <summary>Runs it. On failure the connection is closed.</summary>
    /// <exception cref="TransportException">The proxy said no, or broke off.</exception>
    /// <exception cref="OperationCanceledException">The token fired.</exception>
    public async ValueTask RunAsync(CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(NetworkDefaults.ProxyBufferBytes);
        try
        {
            if (proxy.Kind == ProxyKind.Socks5)
                await SocksAsync(buffer, cancellationToken).ConfigureAwait(false);
            else
                await ConnectAsync(buffer, cancellationToken).ConfigureAwait(false);
            wire.ForgetFirstBytes();
        }
        catch (Exception error)
        {
            await wire.DisposeAsync().ConfigureAwait(false);
            if (error is TransportException || cancellationToken.IsCancellationRequested)
                throw;
            throw new TransportException(_failures.BrokenOff(error));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer, clearArray: true); // The password was in it.
        }
    }

    private async ValueTask SocksAsync(byte[] buffer, CancellationToken cancellationToken)
    {
        var negotiation = Negotiation();
        while (true)
        {
            switch (negotiation.Step)
            {
                case Socks5Step.Send:
                    await wire.WriteAsync(buffer.AsMemory(0, negotiation.Write(buffer)), cancellationToken).ConfigureAwait(false);
                    break;
                case Socks5Step.Receive:
                    negotiation.Read(buffer.AsSpan(0, await ReadAsync(buffer, negotiation.Wanted, cancellationToken).ConfigureAwait(false)));
                    break;
                case Socks5Step.Open:
                    return;
                default:
                    throw new TransportException(_failures.Of(negotiation));
            }
        }
    }

    private async ValueTask ConnectAsync(byte[] buffer, CancellationToken cancellationToken)
    {
        HttpConnectNegotiation negotiation;
        try
        {
            negotiation = new HttpConnectNegotiation(EndPointText.Of(Ascii(), target.Port), proxy.User, proxy.Password);
        }
        catch (ArgumentException error)
        {
            throw new TransportException(_failures.Unspeakable(error));
        }

        await wire.WriteAsync(negotiation.Request, cancellationToken).ConfigureAwait(false);
        negotiation.Request.AsSpan().Clear();
        while (!negotiation.IsOver)
            negotiation.Read(buffer.AsSpan(0, await ReadAsync(buffer, negotiation.Wanted, cancellationToken).ConfigureAwait(false)));
        if (negotiation.Problem != HttpConnectProblem.None)
            throw new TransportException(_failures.Of(negotiation));
    }

    private async ValueTask<int> ReadAsync(byte[] buffer, int wanted, CancellationToken cancellationToken)
    {
        var got = await wire.ReadAsync(buffer.AsMemory(0, wanted), cancellationToken).ConfigureAwait(false);
        return got > 0 ? got : throw new TransportException(_failures.Closed(wire.FirstByte >= 0));
    }

    private Socks5Negotiation Negotiation()
    {
        try
        {
            return HostNames.Literal(target.Host) is { } address
                ? Socks5Negotiation.ToAddress(address.GetAddressBytes(), target.Port, proxy.User, proxy.Password)
                : Socks5Negotiation.ToName(Ascii(), target.Port, proxy.User, proxy.Password);
        }
        catch (ArgumentException error)
        {
            throw new TransportException(_failures.Unspeakable(error));
        }
    }

    /// <summary>The name as it travels: the proxy looks it up.</summary>
    private string Ascii()
    {
        var host = HostNames.WithoutScope(HostNames.WithoutBrackets(target.Host));
        return HostNames.InAscii(host);
    }
}
