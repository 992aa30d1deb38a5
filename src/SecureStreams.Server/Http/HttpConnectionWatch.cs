using System.Globalization;
using Microsoft.AspNetCore.Connections;
using SecureStreams.Core;
using SecureStreams.Transports;

namespace SecureStreams.Server.Http;

/// <summary>
/// One timer for a connection, by the clock of the context: one that brings no request in its time is of no use, and one that idles is closed, also where the web server, which sees to that first, cannot because
/// the client takes nothing of what it is sent.
/// </summary>
internal sealed class HttpConnectionWatch : IDisposable
{
    /// <summary>How much later than the web server it acts.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    private readonly ConnectionContext _connection;
    private readonly HttpConnectionFeature _feature;
    private readonly TimeProvider _time;
    private readonly TimeSpan _first;
    private readonly TimeSpan _idle;
    private readonly Action<TransportFailure> _tell;
    private readonly ITimer _timer;
    private readonly long _began;

    private HttpConnectionWatch(ConnectionContext connection, HttpConnectionFeature feature, TimeProvider time, TimeSpan first, TimeSpan idle, Action<TransportFailure> tell)
    {
        (_connection, _feature, _time, _first, _idle, _tell) = (connection, feature, time, first, idle, tell);
        _began = time.GetTimestamp();
        _timer = time.CreateDetachedTimer(static state => ((HttpConnectionWatch)state!).Look(), this, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Begins to watch. To be disposed when the connection is closed, not when the client has ended its side: what is on its way to one that takes nothing would hold it for ever.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="feature">What is ours of it.</param>
    /// <param name="time">The clock.</param>
    /// <param name="first">How long the first request may take.</param>
    /// <param name="idle">How long it may idle after one.</param>
    /// <param name="tell">Told why it is given up.</param>
    public static HttpConnectionWatch Start(ConnectionContext connection, HttpConnectionFeature feature, TimeProvider time, TimeSpan first, TimeSpan idle, Action<TransportFailure> tell)
    {
        var watch = new HttpConnectionWatch(connection, feature, time, first, idle, tell);
        watch._timer.Change(first < idle + Grace ? first : idle + Grace, Timeout.InfiniteTimeSpan);
        return watch;
    }

    /// <summary>The connection is closed.</summary>
    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        if (!_feature.HasAsked)
        {
            var still = _first - _time.GetElapsedTime(_began);
            if (still > TimeSpan.Zero)
                _timer.Change(still, Timeout.InfiniteTimeSpan);
            else
                GiveUp("unauthenticated_timeout_ms", string.Create(CultureInfo.InvariantCulture, $"the client brought no request within {_first.TotalSeconds:0.###} s"));
            return;
        }

        var left = _feature.IdleFor(_time) is { } idle ? _idle + Grace - idle : _idle + Grace;
        if (left > TimeSpan.Zero)
            _timer.Change(left, Timeout.InfiniteTimeSpan);
        else
            GiveUp("idle_timeout_ms", string.Create(CultureInfo.InvariantCulture, $"the client has asked for nothing for {_idle.TotalSeconds:0.###} s, and does not let the connection end"));
    }

    private void GiveUp(string attribute, string why)
    {
        _tell(new TransportFailure(SsPhase.Timeout, attribute == "idle_timeout_ms" ? SsCauseCode.InactivityTimeout : SsCauseCode.ConnectTimeout, why) { Attribute = attribute });
        _connection.Abort(new ConnectionAbortedException("It has had its time."));
    }
}
