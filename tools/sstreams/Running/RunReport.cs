using System.Globalization;
using SecureStreams.Tool.Following;
using Spectre.Console;

namespace SecureStreams.Tool.Running;

/// <summary>Tells on standard error how a run goes: what deserves attention, or with <c>--trace</c> everything.</summary>
internal sealed class RunReport(LineWriter errors, bool trace) : IOperatorReport
{
    private readonly long _start = TimeProvider.System.GetTimestamp();
    private long _lastDetail;
    private SsConnection? _lastConnection;
    private long _connecting;
    private bool _awaitsFirst;

    /// <summary>Something that is no state, always told.</summary>
    public void Problem(string text) => errors.Line(Lead(), "error", Color.Red, $": {PlainText.OneLine(text)}");

    /// <summary>Something that deserves attention and is no failure of the run.</summary>
    public void Warning(string text) => errors.Line(Lead(), "warning", Color.Yellow, $": {PlainText.OneLine(text)}");

    /// <summary>Something worth knowing that is no failure.</summary>
    public void Note(string text) => errors.Line(Lead(), "note", Color.Aqua, $": {PlainText.OneLine(text)}");

    /// <summary>A state.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="change">The state and its cause.</param>
    /// <param name="isExpected">It ends what was to end, so only a trace tells it.</param>
    public void State(SecureStream stream, in SsStateChange change, bool isExpected)
    {
        // One failure can be told with several states; its detail is told once.
        var detail = change.Cause.DetailId > _lastDetail ? stream.Context.Diagnostics.Find(change.Cause.DetailId) : null;
        if (detail is not null)
            _lastDetail = detail.Id;

        if (change.State == SsState.Connecting)
        {
            _connecting = TimeProvider.System.GetTimestamp();
            _awaitsFirst = true;
        }

        if (trace)
        {
            Trace(change, detail);
            if (change.State == SsState.Connected)
                Connection(stream.Explain().Connection);
        }
        else if (!isExpected && IsWorthALine(change))
        {
            errors.Line(Lead(), change.State.ToString(), ColorOf(change.State), Brief(change, detail, stream.Traits.IsTransactional));
        }
    }

    public void Received(int count, SsRxFlags flags)
    {
        if (!trace)
            return;
        if (_awaitsFirst && count > 0)
        {
            _awaitsFirst = false;
            var took = TimeProvider.System.GetElapsedTime(_connecting).TotalMilliseconds;
            errors.Line(Lead(), "time", Color.Grey, string.Create(CultureInfo.InvariantCulture, $" first payload {took:0.000} ms after Connecting"));
        }

        errors.Line(Lead(), "rx", Color.Default, $" {count} bytes{(flags == SsRxFlags.None ? "" : $", {flags}")}");
    }

    /// <summary>The timings of a connection, for streamtypes with <c>perf</c>.</summary>
    public void Performance(ReadOnlySpan<byte> json)
    {
        if (trace)
            errors.Line(Lead(), "perf", Color.Default, $" {PlainText.OneLine(System.Text.Encoding.UTF8.GetString(json))}");
    }

    public void Sent(long count)
    {
        if (trace)
            errors.Line(Lead(), "tx", Color.Default, $" {count} bytes");
    }

    // What this program asked for itself needs no telling.
    private static bool IsWorthALine(in SsStateChange change) =>
        change.Cause.Code is not (SsCauseCode.LocalDisconnect or SsCauseCode.LocalDestroy) && change.State switch
        {
            SsState.Unreachable or SsState.AllRetriesFailed or SsState.AuthFailed or SsState.QosAckRemote or SsState.QosNackRemote => true,
            SsState.Disconnected => change.Cause.Code is not (SsCauseCode.Completed or SsCauseCode.None),
            _ => false,
        };

    private static Color ColorOf(SsState state) => state switch
    {
        SsState.QosAckRemote => Color.Green,
        SsState.Unreachable or SsState.Disconnected => Color.Yellow,
        SsState.AllRetriesFailed or SsState.AuthFailed or SsState.QosNackRemote => Color.Red,
        _ => Color.Default,
    };

    private static string Brief(in SsStateChange change, SsDetail? detail, bool isTransaction)
    {
        // The status of an answer says it all, and its body is shown; of a message that is refused (mqtt) there is nothing to see but the reason.
        if (change.State is SsState.QosAckRemote || (change.State is SsState.QosNackRemote && isTransaction))
            return change.Ack == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $": status {change.Ack}");

        var cause = CauseOf(change);
        if (detail is not null)
            return $": {PlainText.OneLine(detail.Message)} ({cause})";
        return cause.Length == 0 ? "" : $": {cause}";
    }

    private static string CauseOf(in SsStateChange change) => (change.Cause with { DetailId = 0, Concealed = false }).ToString();

    private void Trace(in SsStateChange change, SsDetail? detail)
    {
        var after = change.Ack == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $" {change.Ack}");
        var cause = CauseOf(change);
        if (cause.Length > 0)
            after += $": {cause}";
        if (detail is not null)
            after += "\n    " + PlainText.Lines(detail.ToString()).ReplaceLineEndings("\n    ");
        errors.Line(Lead(), change.State.ToString(), ColorOf(change.State), after);
    }

    // One that carries several transactions is told once.
    private void Connection(SsConnection? connection)
    {
        if (connection is null || connection == _lastConnection)
            return;
        _lastConnection = connection;
        errors.Line(Lead(), "connection", Color.Default, $" {PlainText.Lines(connection.ToString()).ReplaceLineEndings("\n    ")}");
    }

    private string Lead() => trace
        ? string.Create(CultureInfo.InvariantCulture, $"[{TimeProvider.System.GetElapsedTime(_start).TotalSeconds,8:0.000}] ")
        : "sstreams: ";
}
