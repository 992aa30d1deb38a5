namespace SecureStreams.TestSupport.Servers;

/// <summary>Ready-made scripts of HTTP/2 servers that misbehave. For TLS, start the server with ALPN <c>h2</c>.</summary>
public static class H2Scripts
{
    private const int NoError = 0;

    /// <summary>Sends SETTINGS and at once GOAWAY for all streams, then closes.</summary>
    public static ConnectionScript GoAwayAtOnce { get; } = static async (connection, stopping) =>
    {
        await GreetAsync(connection, stopping);
        await connection.WriteAsync(H2Frame.MakeGoAway(0, NoError).ToBytes(), stopping);
        await connection.DrainAsync(stopping);
    };

    /// <summary>Takes a request, then tells with GOAWAY that it did not handle it: it may be sent again elsewhere.</summary>
    public static ConnectionScript GoAwayUnhandled { get; } = static async (connection, stopping) =>
    {
        await ReadRequestAsync(connection, stopping);
        await connection.WriteAsync(H2Frame.MakeGoAway(0, NoError).ToBytes(), stopping);
        await connection.DrainAsync(stopping);
    };

    /// <summary>Takes a request, claims to have handled it with GOAWAY, and closes without an answer.</summary>
    public static ConnectionScript GoAwayHandled { get; } = static async (connection, stopping) =>
    {
        var request = await ReadRequestAsync(connection, stopping);
        await connection.WriteAsync(H2Frame.MakeGoAway(request.StreamId, NoError).ToBytes(), stopping);

        // Reading on, so that the system does not turn the end into a reset because of bytes unread.
        connection.HalfClose();
        await connection.DrainAsync(stopping);
    };

    /// <summary>Takes a request and never answers it, nor anything else such as PING.</summary>
    public static ConnectionScript HangAfterRequest { get; } = static async (connection, stopping) =>
    {
        await ReadRequestAsync(connection, stopping);
        await ScriptedConnection.HoldAsync(stopping);
    };

    /// <summary>Takes a request and resets the connection.</summary>
    public static ConnectionScript ResetConnection { get; } = static async (connection, stopping) =>
    {
        await ReadRequestAsync(connection, stopping);
        connection.Reset();
    };

    /// <summary>Sends something that is no frame of HTTP/2.</summary>
    public static ConnectionScript Garbage { get; } = static async (connection, stopping) =>
    {
        await connection.ReadAsync(H2Frame.ClientPreface.Length, stopping);
        await connection.WriteAsync("this is not a frame of any kind, nor a beginning of one", stopping);
        await connection.DrainAsync(stopping);
    };

    /// <summary>Takes requests and resets the stream of each with <paramref name="errorCode"/> (7 is REFUSED_STREAM, 8 CANCEL).</summary>
    public static ConnectionScript ResetStream(int errorCode) => async (connection, stopping) =>
    {
        await GreetAsync(connection, stopping);
        while (await NextRequestAsync(connection, stopping) is { } request)
            await connection.WriteAsync(H2Frame.MakeReset(request.StreamId, errorCode).ToBytes(), stopping);
    };

    /// <summary>Takes a request, claims to have handled it, and ends the connection with <paramref name="errorCode"/> (11 is ENHANCE_YOUR_CALM).</summary>
    public static ConnectionScript GoAway(int errorCode) => async (connection, stopping) =>
    {
        var request = await ReadRequestAsync(connection, stopping);
        await connection.WriteAsync(H2Frame.MakeGoAway(request.StreamId, errorCode).ToBytes(), stopping);
        connection.HalfClose();
        await connection.DrainAsync(stopping);
    };

    /// <summary>Answers every request with 200 and <paramref name="body"/>, and pings with pings.</summary>
    public static ConnectionScript Answer(byte[] body) => async (connection, stopping) =>
    {
        await GreetAsync(connection, stopping);
        while (await NextRequestAsync(connection, stopping) is { } request)
        {
            await connection.WriteAsync(H2Frame.MakeOk(request.StreamId).ToBytes(), stopping);
            await connection.WriteAsync(new H2Frame(H2Frame.Data, H2Frame.EndStream, request.StreamId, body).ToBytes(), stopping);
        }
    };

    /// <summary>Greets, then shows every frame to <paramref name="play"/>; settings and pings are answered before.</summary>
    /// <param name="play">Called with each frame.</param>
    /// <param name="settings">What the peer's settings say, six octets each.</param>
    public static ConnectionScript Play(Func<ScriptedConnection, H2Frame, CancellationToken, Task> play, params byte[] settings)
    {
        ArgumentNullException.ThrowIfNull(play);
        return async (connection, stopping) =>
        {
            await GreetAsync(connection, stopping, settings);
            while (await NextFrameAsync(connection, stopping) is { } frame)
                await play(connection, frame, stopping);
        };
    }

    private static async Task GreetAsync(ScriptedConnection connection, CancellationToken stopping, params byte[] settings)
    {
        await connection.ReadAsync(H2Frame.ClientPreface.Length, stopping);
        await connection.WriteAsync(new H2Frame(H2Frame.Settings, 0, 0, settings).ToBytes(), stopping);
    }

    private static async Task<H2Frame> ReadRequestAsync(ScriptedConnection connection, CancellationToken stopping)
    {
        await GreetAsync(connection, stopping);
        return await NextRequestAsync(connection, stopping) ?? throw new EndOfStreamException("The peer closed before it sent a request.");
    }

    private static async Task<H2Frame?> NextRequestAsync(ScriptedConnection connection, CancellationToken stopping)
    {
        while (await NextFrameAsync(connection, stopping) is { } frame)
        {
            if (frame.Type == H2Frame.Headers)
                return frame;
        }

        return null;
    }

    private static async Task<H2Frame?> NextFrameAsync(ScriptedConnection connection, CancellationToken stopping)
    {
        try
        {
            var frame = await H2Frame.ReadAsync(connection, stopping);
            if (frame is { Type: H2Frame.Settings or H2Frame.Ping, Flags: 0 })
                await connection.WriteAsync((frame with { Flags = H2Frame.Ack, Payload = frame.Type == H2Frame.Ping ? frame.Payload : [] }).ToBytes(), stopping);
            return frame;
        }
        catch (EndOfStreamException)
        {
            return null;
        }
    }
}
