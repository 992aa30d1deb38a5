using SecureStreams.Network;

namespace SecureStreams.Tests.Network;

public class TlsTurnTests
{
    [Fact]
    public void The_end_waits_for_the_reader_who_says_it()
    {
        var turn = new TlsTurn();
        var said = 0;
        turn.EnterReading();
        turn.End(() => said++);
        Assert.Equal(0, said);
        turn.LeaveReading();
        Assert.Equal(1, said);
        turn.EnterReading();
        turn.LeaveReading();
        Assert.Equal(1, said);
    }

    [Fact]
    public void The_end_is_said_at_once_where_nobody_reads()
    {
        var turn = new TlsTurn();
        turn.EnterReading();
        turn.LeaveReading();
        var said = 0;
        turn.End(() => said++);
        Assert.Equal(1, said);
        turn.EnterReading();
        turn.LeaveReading();
    }

    [Fact]
    public async Task A_reader_comes_in_when_the_end_is_said()
    {
        var turn = new TlsTurn();
        Task? reader = null;
        var inside = false;
        turn.End(() =>
        {
            reader = Task.Run(() =>
            {
                turn.EnterReading();
                inside = true;
            }, TestContext.Current.CancellationToken);
            Assert.False(inside);
        });
        await reader!;
        Assert.True(inside);
        turn.LeaveReading();
    }
}
