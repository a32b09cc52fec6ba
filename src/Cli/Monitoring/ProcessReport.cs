using System.Text;
using Amavis.Core.Status;

namespace Amavis.Cli.Monitoring;

/// <summary>What is in hand, as people read it: a row for each place, with a bar that has a letter for each second.</summary>
internal static class ProcessReport
{
    public const string Heading = """
        process-id task-id     elapsed in    elapsed-bar (dots indicate idle)
                   or state   idle or busy
        """;

    /// <summary>Columns of a bar.</summary>
    private const int Widest = 35;

    /// <summary>Columns that stay of a longer one, before its last letter and the sign that it goes on.</summary>
    private const int Kept = 33;

    private const int Ruler = 10;

    public static string Text(ProcessesDocument document, bool withSessions)
    {
        var text = new StringBuilder("\n");
        foreach (var slot in document.Slots)
            text.Append($"PID {slot.Slot:00000}: {slot.Task ?? "",-11} {Age(slot.Age)} {Bar(slot)}".TrimEnd()).Append('\n');
        var busy = document.Sessions.Count(s => s.State != WorkState.Connected);
        text.Append($"sessions: {document.Sessions.Count} open, {busy} in a transaction; messages that wait for a place: {document.Waiting}\n");
        if (withSessions)
            foreach (var session in document.Sessions)
                text.Append($"{session.Id,-14} {session.Protocol,-8} {session.Peer,-26} {session.State} {Age(session.Age)}\n");
        return text.ToString();
    }

    /// <summary>Hours, minutes and seconds; days stand before them.</summary>
    public static string Age(TimeSpan age)
    {
        var seconds = (long)Math.Max(0, age.TotalSeconds);
        var days = seconds >= 86_400 ? $"{seconds / 86_400}d" : "  ";
        return $"{days}{seconds / 3600 % 24}:{seconds / 60 % 60:00}:{seconds % 60:00}";
    }

    /// <summary>A dot for each full second of a free place; the letter of each second, the one begun too, of a message in hand.</summary>
    public static string Bar(SlotStatus slot)
    {
        var isBusy = slot.Task is not null;
        var seconds = isBusy ? Math.Max(1, Math.Round(slot.Age.TotalSeconds)) : Math.Floor(slot.Age.TotalSeconds);
        var last = isBusy ? slot.State : '.';
        var bar = new StringBuilder();
        for (var i = 1; i <= seconds && i <= Widest; i++)
            bar.Append(i % Ruler == 0 ? ':' : isBusy ? StateAt(slot, TimeSpan.FromSeconds(i)) : '.');
        if (seconds > Widest)
            bar.Remove(Kept, bar.Length - Kept).Append(last).Append('>');
        return bar.ToString();
    }

    private static char StateAt(SlotStatus slot, TimeSpan moment)
    {
        var state = WorkState.Checks;
        foreach (var change in slot.Course)
            if (change.After <= moment)
                state = change.State;
        return state;
    }
}
