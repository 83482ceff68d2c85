package dev.vmexit.cli;

import dev.vmexit.course.CourseException;
import dev.vmexit.disk.DiskFailure;
import dev.vmexit.host.KernelChoice;
import dev.vmexit.host.KernelException;
import dev.vmexit.kvm.UnsupportedKvm;
import dev.vmexit.linux.BootFailure;
import dev.vmexit.state.StateFailure;
import dev.vmexit.memory.GuestFault;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;

/// `vmexit`: all commands, and what a person sees when one fails.
///
/// Exit status: 0 it worked, 1 it did not and one sentence says why, 64 the command line is wrong,
/// 70 a bug of ours, with a stack trace.
@Command(name = "vmexit", description = "A hypervisor, and the course that builds it.",
        mixinStandardHelpOptions = true, version = "vmexit 1.0", subcommands = {
                DoctorCommand.class, RunCommand.class, BootCommand.class, LearnCommand.class,
                HintCommand.class, CheckCommand.class, GradeCommand.class, CourseCommand.class,
                ImageCommand.class})
public final class Main {
    static final int FAILED = 1;
    static final int USAGE = 64;
    static final int BUG = 70;

    public static void main(String[] arguments) {
        System.exit(execute(arguments));
    }

    static int execute(String... arguments) {
        var commandLine = new CommandLine(new Main());
        commandLine.setExecutionExceptionHandler(Main::report);
        allCommands(commandLine).forEach(command -> {
            CommandSpec spec = command.getCommandSpec();
            spec.exitCodeOnInvalidInput(USAGE);
            if (spec.exitCodeOnExecutionException() == FAILED) {
                spec.exitCodeOnExecutionException(BUG);
            }
        });
        commandLine.setCaseInsensitiveEnumValuesAllowed(true);
        if (arguments.length == 0) {
            commandLine.usage(System.out);
            return 0;
        }
        return kernelChoiceIsValid() ? commandLine.execute(arguments) : USAGE;
    }

    /// Asked before anything else, so that every command says the same of a wrong `VMEXIT_KVM`.
    private static boolean kernelChoiceIsValid() {
        try {
            KernelChoice.asked();
            return true;
        } catch (IllegalArgumentException wrong) {
            System.err.println("vmexit: " + wrong.getMessage());
            return false;
        }
    }

    private static Stream<CommandLine> allCommands(CommandLine command) {
        return Stream.concat(Stream.of(command), command.getSubcommands().values().stream()
                .flatMap(Main::allCommands));
    }

    static int report(Exception thrown, CommandLine command,
            CommandLine.ParseResult parsed) {
        boolean expected = switch (thrown) {
            case KernelException _,UnsupportedKvm _,BootFailure _,DiskFailure _,StateFailure _ ->
                true;
            case GuestFault _,CourseException _ -> true;
            default -> false;
        };
        if (expected) {
            command.getErr().println("vmexit: " + thrown.getMessage());
            boolean grading = command.getCommandSpec().name().equals("grade");
            return grading ? command.getCommandSpec().exitCodeOnExecutionException() : FAILED;
        }
        command.getErr().println("vmexit: this is a bug of ours; please report it:");
        thrown.printStackTrace(command.getErr());
        return command.getCommandSpec().exitCodeOnExecutionException();
    }

    /// Tells the person what is being done; standard output is the guest's.
    static void say(String text) {
        System.err.println("vmexit: " + text);
    }
}
