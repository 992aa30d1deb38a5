namespace SecureStreams.Interop.Tests.WebSocket.Verdicts;

/// <summary>Where a peer answers otherwise than our connections do, in either role, and it is left at that.</summary>
/// <param name="Peers">Whose: node, python, platform.</param>
/// <param name="Answer">What they answer; see <see cref="Verdict"/>.</param>
/// <param name="Section">The section of RFC 6455 that decides.</param>
/// <param name="Reason">What it says, and why ours holds to it.</param>
/// <param name="Rows">The rows of <see cref="WrongFrames"/>.</param>
internal sealed record AgreedDifference(IReadOnlyList<string> Peers, string Answer, string Section, string Reason, IReadOnlyList<string> Rows);
