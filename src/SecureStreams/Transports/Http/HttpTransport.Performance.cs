namespace SecureStreams.Transports.Http;

/// <summary>What <c>perf</c> asks for: once for each connection, to the first exchange on it whose streamtype wants to know.</summary>
internal sealed partial class HttpTransport
{
    /// <summary>The head of an answer has come.</summary>
    private void ReportConnectionOnMailbox(int status)
    {
        if (!_plan.Dial.ReportsPerformance || Lane is not { } lane || lane.TakeReport() is not { } connection)
            return;

        // A request on a new connection is on its way from the moment at which there is one.
        var answer = Elapsed(Math.Max(_headSince, lane.ReadySince));
        DeliverReportOnMailbox(PerfReport.Of(connection, answer, status));
    }

    /// <summary>The exchange fails: with the connection that it would have had, or on it before there was an answer.</summary>
    private void ReportFailureOnMailbox(TransportFailure failure)
    {
        if (!_plan.Dial.ReportsPerformance || Lane is not { } lane)
            return;
        if (lane.TakeReport() is { } connection)
            DeliverReportOnMailbox(PerfReport.Of(connection));
        else if (lane.Dial is { Phase: not SsPhase.Protocol } dial)
            DeliverReportOnMailbox(PerfReport.Of(dial, failure));
    }

    private void DeliverReportOnMailbox(ReadOnlyMemory<byte> report) => _setup.Sink.ReceivedOnMailbox(this, report.Span, PerfReport.Flags);
}
